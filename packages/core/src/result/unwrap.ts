import type { AnyResult, ErrorOf, ValueOf } from './ok-err.js'
import type { Result } from './result.js'

/**
 * Leaves the world of results: one function for the value, one for the error, and what it returns. What they throw is thrown.
 *
 * @example
 * const status = match(placeOrder('apple'), {
 *   ok: () => 201,
 *   err: (error) => (error.type === 'closed' ? 503 : 409),
 * })
 */
export function match<R extends AnyResult, A, B>(
  result: R,
  cases: { readonly ok: (value: ValueOf<R>) => A; readonly err: (error: ErrorOf<R>) => B },
): A | B
export function match<T, E, A, B>(
  result: Result<T, E>,
  cases: { readonly ok: (value: T) => A; readonly err: (error: E) => B },
): A | B {
  return result.ok === true ? cases.ok(result.value) : cases.err(result.error)
}

/**
 * The value, where an error would be a fault: in tests, at start-up, after a check.
 *
 * @throws The error itself where it is an `Error`; else an `Error` with it as `cause`.
 *
 * @example
 * const order = unwrap(placeOrder('apple'))
 */
export function unwrap<R extends AnyResult>(result: R): ValueOf<R>
export function unwrap<T>(result: Result<T, unknown>): T {
  if (result.ok === true) return result.value
  if (isError(result.error)) throw result.error
  throw new Error('unwrap needs an ok result; the cause is the error of the one it got.', {
    cause: result.error,
  })
}

/**
 * The error, where a value would be a fault: in tests.
 *
 * @throws An `Error` if the result is ok.
 *
 * @example
 * expect(unwrapError(placeOrder('pear'))).toEqual({ type: 'sold_out', sku: 'pear' })
 */
export function unwrapError<R extends AnyResult>(result: R): ErrorOf<R>
export function unwrapError<E>(result: Result<unknown, E>): E {
  if (result.ok !== true) return result.error
  throw new Error('unwrapError needs an err result; the one it got is ok.')
}

/**
 * The value, or the fallback in place of an error.
 *
 * @example
 * const limit = unwrapOr(parseLimit(query), 20)
 */
export function unwrapOr<R extends AnyResult, U>(result: R, fallback: U): ValueOf<R> | U
export function unwrapOr<T, U>(result: Result<T, unknown>, fallback: U): T | U {
  return result.ok === true ? result.value : fallback
}

/** Errors of another realm (a vm context, a test runner) are errors too. */
function isError(value: unknown): boolean {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'
}
