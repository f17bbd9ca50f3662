/** What holds at one point: the values by the name of their key. Never changed once it is in use. */
export type Values = ReadonlyMap<string, unknown>

/** The part of `AsyncLocalStorage` that is used. */
export interface Storage {
  getStore(): Values | undefined
  run<R>(values: Values, fn: () => R): R
}

/** The part of `node:async_hooks` that is used. */
interface AsyncHooks {
  readonly AsyncLocalStorage: {
    new (): Storage
    bind<F extends (...args: never[]) => unknown>(fn: F): F
  }
}

/** The one place in the process, so that copies of core in different versions share it. */
const PLACE = Symbol.for('@base/core/context')

const asyncHooks = findAsyncHooks()

/** The store of all keys; none where the runtime has no `AsyncLocalStorage`, such as a browser. */
export const storage: Storage | undefined = findStorage()

/** `AsyncLocalStorage.bind`, where there is one. */
export function bind<F extends (...args: never[]) => unknown>(fn: F): F {
  return asyncHooks === undefined ? fn : asyncHooks.AsyncLocalStorage.bind(fn)
}

function findAsyncHooks(): AsyncHooks | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }
  try {
    const found = process?.getBuiltinModule?.('node:async_hooks') as Partial<AsyncHooks> | undefined
    return typeof found?.AsyncLocalStorage === 'function' ? (found as AsyncHooks) : undefined
  } catch {
    // A bundler's stand-in for process may throw for what it does not have.
    return undefined
  }
}

function findStorage(): Storage | undefined {
  const place = globalThis as { [PLACE]?: Storage }
  if (place[PLACE] !== undefined) return place[PLACE]
  if (asyncHooks === undefined) return undefined
  const value = new asyncHooks.AsyncLocalStorage()
  // Hidden from those who list the globals, and nobody replaces it by accident; configurable, for tests.
  Object.defineProperty(globalThis, PLACE, { value, configurable: true })
  return value
}
