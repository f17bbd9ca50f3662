import { type AnyResult, type Err, type ErrorOf, ok, type ValueOf } from './ok-err.js'
import type { Result } from './result.js'

const MISUSED = 'from is for yield* within gen; something else went on after the error.'

/** What {@link from} makes of a result: `yield*` on it gives the value, or stops the generator with the error. */
export interface Step<T, E> {
  /** For `yield*` in a generator. */
  [Symbol.iterator](): Iterator<Err<E>, T, unknown>
  /** For `yield*` in an async generator. */
  [Symbol.asyncIterator](): AsyncIterator<Err<E>, T, unknown>
}

/** What {@link from} makes of a promise of a result; for async generators. */
export interface AsyncStep<T, E> {
  /** For `yield*` in an async generator. */
  [Symbol.asyncIterator](): AsyncIterator<Err<E>, T, unknown>
}

/**
 * The outcome of a generator that may yield `Y` and returns `T`: a plain value becomes ok, a result stands for itself.
 */
export type Outcome<Y, T> = Result<T extends AnyResult ? ValueOf<T> : T, ErrorOf<Y> | ErrorOf<T>>

/**
 * Several steps that may fail, written in a straight line: `yield* from(step)` gives the value of a step, and the first
 * error ends the whole with that error. An async generator may `await`, and gives a `Promise<Result>`. The errors of all
 * steps form the union of the outcome's error.
 *
 * What the generator returns becomes the value; if it returns a result, this is the outcome, so `return err(…)` works.
 * When an error ends it, its `finally` blocks run first. A throw, in it or in a `finally`, stays a throw (a rejection
 * where it is async); errors that a `finally` block meets after the first are dropped.
 *
 * @example
 * const placed = gen(function* () {
 *   const sku = yield* from(parseSku(text))
 *   const quantity = yield* from(parseQuantity(count))
 *   if (quantity > 100) return err('too_many')
 *   return { sku, quantity }
 * }) // Result<{ sku: Sku; quantity: number }, SkuError | QuantityError | 'too_many'>
 *
 * @example
 * const paid = await gen(async function* () {
 *   const order = yield* from(findOrder(id)) // a Promise<Result> is awaited
 *   const rate = await currentRate()
 *   return yield* from(charge(order, rate))
 * })
 */
export function gen<Y extends Err<unknown>, T>(run: () => Generator<Y, T, never>): Outcome<Y, T>
export function gen<Y extends Err<unknown>, T>(run: () => AsyncGenerator<Y, T, never>): Promise<Outcome<Y, T>>
export function gen(
  run: () => Generator<Err<unknown>> | AsyncGenerator<Err<unknown>>,
): AnyResult | Promise<AnyResult> {
  const steps = run()
  if (parentOf(parentOf(steps)) === GENERATOR) return runSync(steps as Generator<Err<unknown>>, GENERATOR)
  return Symbol.asyncIterator in steps ? runAsync(steps) : runSync(steps, steps)
}

/**
 * Opens a result within {@link gen}: `yield* from(result)`. A promise of a result is awaited; async generators only.
 *
 * @example
 * const id = gen(function* () {
 *   const order = yield* from(placeOrder('apple'))
 *   return order.id
 * })
 */
export function from<R extends AnyResult>(result: R): Step<ValueOf<R>, ErrorOf<R>>
export function from<R extends AnyResult>(promise: PromiseLike<R>): AsyncStep<ValueOf<R>, ErrorOf<R>>
export function from(source: AnyResult | PromiseLike<AnyResult>): unknown {
  if (!('ok' in source)) return new PromiseStep(source)
  return source.ok ? new OkStep(source.value) : new ErrStep(source)
}

const parentOf: (of: unknown) => unknown = Object.getPrototypeOf

/**
 * What generators inherit from. Each closure of a generator function gives its generators a hidden class of their own, so
 * a lookup on one is never in a cache, and `steps.next()` would cost more than the step itself.
 */
const GENERATOR = /* @__PURE__ */ parentOf(/* @__PURE__ */ function* () {}.prototype) as Generator<
  Err<unknown>
>

function runSync(steps: Generator<Err<unknown>>, methods: Generator<Err<unknown>>): AnyResult {
  const first = methods.next.call(steps)
  if (first.done === true) return toResult(first.value)
  let last: IteratorResult<unknown> = first
  while (last.done !== true) last = methods.return.call(steps, undefined)
  return first.value
}

async function runAsync(steps: AsyncGenerator<Err<unknown>>): Promise<AnyResult> {
  const first = await steps.next()
  if (first.done === true) return toResult(first.value)
  let last: IteratorResult<unknown> = first
  while (last.done !== true) last = await steps.return(undefined)
  return first.value
}

function toResult(returned: unknown): AnyResult {
  return isResult(returned) ? returned : ok(returned)
}

/** By the same shape as the type, so that what only resembles a result (a `Response` has `ok` too) remains a value. */
function isResult(value: unknown): value is AnyResult {
  if (typeof value !== 'object' || value === null || !('ok' in value)) return false
  return value.ok === true ? 'value' in value : value.ok === false && 'error' in value
}

/** Iterable, iterator and its one answer in a single object, for this is what a step costs. */
class OkStep<T> {
  readonly done = true
  readonly value: T

  constructor(value: T) {
    this.value = value
  }

  next(): this {
    return this
  }

  [Symbol.iterator](): this {
    return this
  }

  // Else an async generator would wrap every answer in promises of its own.
  [Symbol.asyncIterator](): this {
    return this
  }
}

class ErrStep<E> {
  readonly done = false
  readonly value: Err<E>
  #asked = false

  constructor(result: Err<E>) {
    this.value = result
  }

  // Without this a loop over it, which is no gen, would never end.
  next(): this {
    if (this.#asked) throw new Error(MISUSED)
    this.#asked = true
    return this
  }

  [Symbol.iterator](): this {
    this.#asked = false
    return this
  }

  [Symbol.asyncIterator](): this {
    return this[Symbol.iterator]()
  }
}

class PromiseStep<T, E> {
  readonly #promise: PromiseLike<Result<T, E>>

  constructor(promise: PromiseLike<Result<T, E>>) {
    this.#promise = promise
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Err<E>, T> {
    const result = await this.#promise
    if (result.ok) return result.value
    yield result
    throw new Error(MISUSED)
  }
}
