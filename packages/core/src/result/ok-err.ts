import type { Result } from './result.js'

/** The good outcome: a plain object. */
export interface Ok<T> {
  /** Tells it from an {@link Err}. */
  readonly ok: true
  /** What came out. Absent after a round trip through JSON where it was `undefined`. */
  readonly value: T
}

/** The expected failure: a plain object. */
export interface Err<E> {
  /** Tells it from an {@link Ok}. */
  readonly ok: false
  /** What went wrong. Absent after a round trip through JSON where it was `undefined`. */
  readonly error: E
}

/** Any result: what a function that takes all of them accepts. */
export type AnyResult = Result<unknown, unknown>

/**
 * The type of the value in a result.
 *
 * @example
 * type Placed = ValueOf<ReturnType<typeof placeOrder>> // Order
 */
export type ValueOf<R> = R extends Ok<infer T> ? T : never

/**
 * The type of the error in a result; the union of them where it may be one of several results.
 *
 * @example
 * type PlaceOrderError = ErrorOf<ReturnType<typeof placeOrder>>
 */
export type ErrorOf<R> = R extends Err<infer E> ? E : never

/**
 * A result that holds a value; without an argument, `undefined`.
 *
 * @example
 * ok(7) // { ok: true, value: 7 }
 */
export function ok(): Ok<undefined>
export function ok<T>(value: T): Ok<T>
export function ok<T>(value?: T): Ok<T | undefined> {
  return { ok: true, value }
}

/**
 * A result that holds an expected error. Literals keep their narrow type, so that tags can be told apart.
 *
 * An error that callers handle needs no stack: a plain tagged object costs a few nanoseconds, a `new Error` microseconds.
 *
 * @example
 * err({ type: 'sold_out', sku: 'apple' }) // Err<{ readonly type: 'sold_out'; readonly sku: 'apple' }>
 */
export function err(): Err<undefined>
export function err<const E>(error: E): Err<E>
export function err<E>(error?: E): Err<E | undefined> {
  return { ok: false, error }
}

/**
 * Whether a result holds a value. The same as `result.ok`, to be passed to `filter` and the like.
 *
 * @example
 * const orders = results.filter(isOk).map((placed) => placed.value)
 */
export function isOk<R extends AnyResult>(result: R): result is Extract<R, { readonly ok: true }> {
  return result.ok
}

/**
 * Whether a result holds an error. The same as `!result.ok`, to be passed to `filter` and the like.
 *
 * @example
 * const failed = results.some(isErr)
 */
export function isErr<R extends AnyResult>(result: R): result is Extract<R, { readonly ok: false }> {
  return !result.ok
}
