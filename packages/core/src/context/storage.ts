/** What holds at one point: the values by the name of their key. Never changed once it is in use. */
type Values = ReadonlyMap<string, unknown>

/** The store of Node, and of what is like it. */
export type Storage = import('node:async_hooks').AsyncLocalStorage<Values>

/** Runs a function in the asynchronous context of when it was taken. */
export type Snapshot = <R>(fn: () => R) => R

/** The one place in the process, so that copies of core in different versions share it. */
const PLACE = Symbol.for('@base/core/context')

const asyncHooks = findAsyncHooks()

/** The store of all keys; none where the runtime has no `AsyncLocalStorage`, such as a browser. */
export const storage: Storage | undefined = findStorage()

/** The asynchronous context of now, where the runtime has one. */
export function snapshot(): Snapshot | undefined {
  return asyncHooks?.AsyncLocalStorage.snapshot()
}

function findAsyncHooks(): typeof import('node:async_hooks') | undefined {
  try {
    const found = globalThis.process?.getBuiltinModule?.('node:async_hooks')
    return typeof found?.AsyncLocalStorage === 'function' ? found : undefined
  } catch {
    // A bundler's stand-in for process may throw for what it does not have.
    return undefined
  }
}

function findStorage(): Storage | undefined {
  const place = globalThis as { [PLACE]?: Storage }
  if (place[PLACE] !== undefined) return place[PLACE]
  if (asyncHooks === undefined) return undefined
  const value = new asyncHooks.AsyncLocalStorage<Values>()
  // Hidden from those who list the globals, and nobody replaces it by accident; configurable, for tests.
  Object.defineProperty(globalThis, PLACE, { value, configurable: true })
  return value
}
