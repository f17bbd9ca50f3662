import type { AnyResult, ErrorOf, ValueOf } from './ok-err.js'
import type { Result } from './result.js'

// Every function infers the whole result and takes it apart, because `Result<T, E>` in its place would refuse
// a union of results whose errors are unrelated classes.

/**
 * Changes the value; an error passes through untouched. What `change` throws is thrown.
 *
 * The callback is synchronous: one that returns a promise gives a result that holds a promise. For asynchronous steps
 * see {@link gen}.
 *
 * @example
 * map(ok(2), (n) => n * 2) // ok(4)
 */
export function map<R extends AnyResult, U>(
  result: R,
  change: (value: ValueOf<R>) => U,
): Result<U, ErrorOf<R>>
export function map<T, E, U>(result: Result<T, E>, change: (value: T) => U): Result<U, E> {
  return result.ok === true ? { ok: true, value: change(result.value) } : result
}

/**
 * Changes the error; a value passes through untouched. What `change` throws is thrown.
 *
 * @example
 * mapError(err('ECONNREFUSED'), (code) => ({ type: 'bank_down', code })) // err({ type: 'bank_down', code: 'ECONNREFUSED' })
 */
export function mapError<R extends AnyResult, const F>(
  result: R,
  change: (error: ErrorOf<R>) => F,
): Result<ValueOf<R>, F>
export function mapError<T, E, F>(result: Result<T, E>, change: (error: E) => F): Result<T, F> {
  return result.ok === true ? result : { ok: false, error: change(result.error) }
}

/**
 * Goes on with a step that may fail itself; an error passes through untouched. What `next` throws is thrown.
 *
 * @example
 * andThen(parseSku(text), placeOrder) // Result<Order, SkuError | PlaceOrderError>
 */
export function andThen<R extends AnyResult, S extends AnyResult>(
  result: R,
  next: (value: ValueOf<R>) => S,
): Result<ValueOf<S>, ErrorOf<R> | ErrorOf<S>>
export function andThen<T, E, U, F>(
  result: Result<T, E>,
  next: (value: T) => Result<U, F>,
): Result<U, E | F> {
  return result.ok === true ? next(result.value) : result
}

/**
 * Tries something else after an error; a value passes through untouched. What `recover` throws is thrown.
 *
 * @example
 * orElse(readCache(id), () => readDatabase(id))
 */
export function orElse<R extends AnyResult, S extends AnyResult>(
  result: R,
  recover: (error: ErrorOf<R>) => S,
): Result<ValueOf<R> | ValueOf<S>, ErrorOf<S>>
export function orElse<T, E, U, F>(
  result: Result<T, E>,
  recover: (error: E) => Result<U, F>,
): Result<T | U, F> {
  return result.ok === true ? result : recover(result.error)
}

/**
 * Takes one layer off a result within a result.
 *
 * @example
 * flatten(ok(err('sold_out'))) // err('sold_out')
 */
export function flatten<R extends Result<AnyResult, unknown>>(
  result: R,
): Result<ValueOf<ValueOf<R>>, ErrorOf<R> | ErrorOf<ValueOf<R>>>
export function flatten<T, E, F>(result: Result<Result<T, F>, E>): Result<T, E | F> {
  return result.ok === true ? result.value : result
}

/**
 * Looks at the value on its way, for a log line or a metric, and returns the same result.
 *
 * @example
 * inspect(placeOrder('apple'), (order) => log.info({ id: order.id }, 'order placed'))
 */
export function inspect<R extends AnyResult>(result: R, look: (value: ValueOf<R>) => void): R
export function inspect<T, E>(result: Result<T, E>, look: (value: T) => void): Result<T, E> {
  if (result.ok === true) look(result.value)
  return result
}

/**
 * Looks at the error on its way, for a log line or a metric, and returns the same result.
 *
 * @example
 * inspectError(placeOrder('apple'), (error) => log.warn({ error }, 'order refused'))
 */
export function inspectError<R extends AnyResult>(result: R, look: (error: ErrorOf<R>) => void): R
export function inspectError<T, E>(result: Result<T, E>, look: (error: E) => void): Result<T, E> {
  if (result.ok !== true) look(result.error)
  return result
}
