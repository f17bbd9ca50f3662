import { checkFunction, invalidOption } from '../options/options.js'
import type { ContextKey } from './context-key.js'
import { bind, storage } from './storage.js'

const WHERE = { package: '@base/core', pattern: 'runInContext' } as const
const FN = { ...WHERE, option: 'fn' } as const

/** A key and its value; `undefined` hides the value that holds outside. */
export type ContextEntry<T = unknown> = readonly [key: ContextKey<T>, value: NoInfer<T> | undefined]

/**
 * Runs `fn` with these values, in what it calls and in what it starts: promises, timers, streams, microtasks. Around it
 * and beside it, in other requests, nothing changes. The values of the context outside hold on, unless an entry of the
 * same key replaces them; the last entry of a key counts.
 *
 * Returns what `fn` returns, and throws what it throws. One call a request is the cheapest: pass all values at once.
 *
 * A callback runs in the context of who calls it. An event listener therefore sees the context of who emits, and a
 * callback that waited in another request's queue sees that request: see {@link bindContext}.
 *
 * In a runtime without `AsyncLocalStorage`, such as a browser, it runs `fn`, keeps nothing, and warns once: see
 * {@link isContextAvailable}.
 *
 * @example
 * await runInContext([[correlationId, request.id], [tenantId, 'acme']], async () => {
 *   await placeOrder() // tenantId.get() is 'acme' in there
 * })
 *
 * @throws InvalidOptionError where `entries` is no list of keys with their values, or `fn` no function.
 */
export function runInContext<const V extends readonly unknown[], R>(
  entries: { readonly [I in keyof V]: ContextEntry<V[I]> },
  fn: () => R,
): R {
  const values = new Map(storage?.getStore())
  addEntries(values, entries)
  checkFunction(fn, FN)
  if (storage !== undefined) return storage.run(values, fn)
  warnOnce()
  return fn()
}

/**
 * A function that runs in the context of now, whoever calls it later: for an event listener, or a callback that waits in
 * a pool's queue. `this`, arguments, value and error pass through.
 *
 * It carries the whole asynchronous context: ours, and that of every other library, such as a tracer's.
 *
 * @example
 * socket.on('close', bindContext(() => log.info(`closed by ${correlationId.get()}`)))
 */
export function bindContext<This, A extends unknown[], R>(
  fn: (this: This, ...args: A) => R,
): (this: This, ...args: A) => R {
  return bind(checkFunction(fn, { package: '@base/core', pattern: 'bindContext', option: 'fn' }))
}

/**
 * Whether this runtime keeps a context: Node, Bun, Deno and workers with Node compatibility do, a browser does not.
 * Where it is false, `get` gives `undefined` everywhere.
 */
export function isContextAvailable(): boolean {
  return storage !== undefined
}

function addEntries(values: Map<string, unknown>, entries: unknown): void {
  if (!Array.isArray(entries))
    throw invalidOption(entries, { ...WHERE, option: 'entries' }, 'a list of [key, value]')
  for (let index = 0; index < entries.length; index++) {
    const entry: unknown = entries[index]
    const [key, value] = Array.isArray(entry) ? (entry as unknown as Partial<ContextEntry>) : []
    const name: unknown = key?.name
    if (typeof name !== 'string')
      throw invalidOption(
        entry,
        { ...WHERE, option: `entries.${index}` },
        'a [key, value] with a key of createContextKey',
      )
    values.set(name, value)
  }
}

let warned = false

function warnOnce(): void {
  if (warned) return
  warned = true
  console.warn('@base/core context: this runtime has no AsyncLocalStorage; runInContext keeps no value.')
}
