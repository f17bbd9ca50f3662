/** Where something began: the asynchronous context of then, to run something in later. */
export interface Origin {
  runInAsyncScope<This>(fn: (this: This) => void, thisArg: This): void
  /** Once, where nothing will run in it any more: tools that watch it by async hooks forget it. */
  emitDestroy(): unknown
}

type MakeOrigin = new (type: string, options: { readonly requireManualDestroy: boolean }) => Origin

const AsyncResource = /* @__PURE__ */ findAsyncResource()
// Its end is told by hand: that the garbage collector watches for it would cost as much again.
const UNWATCHED = { requireManualDestroy: true }

/** The context of now; none where the runtime keeps none. `AsyncLocalStorage.snapshot` would cost a hundred times as much. */
export function presentOrigin(): Origin | undefined {
  return AsyncResource === undefined ? undefined : new AsyncResource('BASE_DEADLINE', UNWATCHED)
}

function findAsyncResource(): MakeOrigin | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }
  try {
    const found = process?.getBuiltinModule?.('node:async_hooks') as
      | { AsyncResource?: MakeOrigin }
      | undefined
    return typeof found?.AsyncResource === 'function' ? found.AsyncResource : undefined
  } catch {
    // A bundler's stand-in for process may throw for what it does not have.
    return undefined
  }
}
