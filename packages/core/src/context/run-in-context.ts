import { checkFunction, invalidOption } from '../options/options.js'
import type { ContextKey } from './context-key.js'
import { type Snapshot, snapshot, storage } from './storage.js'

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
 * callback that waited in another request's queue sees that request. The same holds of each step of a generator, which
 * begins only when it is iterated: `runInContext(entries, rows)` of an `async function* rows` sets nothing for it. Iterate
 * it within `fn`, or bind it: see {@link bindContext}.
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
 * Of a generator, asynchronous or not, each step runs there too, whoever iterates it: what a call of the function returns
 * gets a `next`, a `return` and a `throw` of its own. A generator in a promise is not bound.
 *
 * It carries the whole asynchronous context: ours, and that of every other library, such as a tracer's.
 *
 * @example
 * socket.on('close', bindContext(() => log.info(`closed by ${correlationId.get()}`)))
 *
 * async function* rows() {
 *   yield `row of ${tenantId.require()}`
 * }
 * const body = Readable.from(bindContext(rows)()) // of node:stream
 */
export function bindContext<This, A extends unknown[], R>(
  fn: (this: This, ...args: A) => R,
): (this: This, ...args: A) => R {
  checkFunction(fn, { package: '@base/core', pattern: 'bindContext', option: 'fn' })
  const run = snapshot()
  if (run === undefined) return fn
  const bound = function (this: This, ...args: A): R {
    const result = run(() => fn.apply(this, args))
    return bindSteps(result, run)
  }
  // By it Express tells a handler of errors.
  return Object.defineProperty(bound, 'length', { value: fn.length, configurable: true })
}

const STEPS = ['next', 'return', 'throw'] as const

/**
 * Lets each step of a generator run in the context, in place: a wrapper would be no generator, and lack what it has else.
 * One that has steps of its own is bound already.
 */
function bindSteps<R>(value: R, run: Snapshot): R {
  if (!isGenerator(value) || Object.hasOwn(value, 'next')) return value
  for (const step of STEPS) {
    const take = value[step]
    Object.defineProperty(value, step, {
      value: (...args: unknown[]) => run(() => take.apply(value, args)),
      configurable: true,
    })
  }
  return value
}

type Steps = Record<(typeof STEPS)[number], (...args: unknown[]) => unknown>

/** By its tag, be it asynchronous or not: a proxy may seem to have every method. */
function isGenerator(value: unknown): value is Steps {
  return typeof value === 'object' && / (Async)?Generator]$/.test(Object.prototype.toString.call(value))
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
