import { checkFunction } from '@base/core/options'
import { runInSpan } from './run-in-span.js'
import { sdkTracer } from './sdk-tracer.js'
import { checkSpanOptions, type TracedOptions } from './span-options.js'

/** What a function has of its own that says how it was written, not what it is. */
const OWN = new Set(['prototype', 'arguments', 'caller'])

/**
 * The same function, with a span of OpenTelemetry around each call: same signature, `this`, name, length and own
 * properties. Value and error pass through untouched.
 *
 * The span ends when what was called has: with the value, when the promise settles, or when the stream, generator or
 * async iterable that was returned, or that a promise came to, ends, fails or is cancelled; of a cursor, whose `next()` gives rows
 * and which has a `hasNext()` or is iterated by a generator, when it gives none, says that it has none, or is closed. One that is
 * never read ends no span, and a span without an end is never exported. A `ReadableStream` is returned as another that reads it, a
 * `Promise` as one that follows it; generators, async iterables, Node streams and other thenables are returned themselves.
 *
 * An error sets the status, `error.type` (the `code` of an `AppError` or of Node, otherwise the name) and an exception
 * event. Where an `AbortSignal` among the arguments, or as `signal` of one, has aborted, the abort is no error; that its
 * deadline passed is one. A `CancelledError` is none either.
 *
 * Without an SDK it calls the function and does nothing else. The SDK may be registered later.
 *
 * @example
 * const chargeCard = traced('charge card', async (order: { total: number }) => ({ paid: order.total }))
 * await chargeCard({ total: 100 }) // a span of that name
 *
 * @throws {@link InvalidOptionError} naming the option.
 * @see OpenTelemetry semantic conventions, "Recording errors" and "Recording exceptions"
 */
export function traced<F extends (...args: never[]) => unknown>(
  options: string | TracedOptions<F>,
  fn: F,
): F {
  const settings = checkSpanOptions(options, 'traced')
  checkFunction(fn, { package: '@base/observability', pattern: 'traced', option: 'fn' })
  const call = fn as unknown as (this: unknown, ...args: unknown[]) => unknown
  function wrapper(this: unknown, ...args: unknown[]): unknown {
    const tracer = sdkTracer()
    return tracer === undefined ? call.apply(this, args) : runInSpan(tracer, settings, call, this, args)
  }
  for (const key of Reflect.ownKeys(fn))
    if (!OWN.has(key as string))
      Object.defineProperty(wrapper, key, Object.getOwnPropertyDescriptor(fn, key) as PropertyDescriptor)
  return wrapper as unknown as F
}
