import { type AnyResult, type ErrorOf, err, type Ok, ok, type ValueOf } from './ok-err.js'
import type { Result } from './result.js'

/** The values of a list of results: a tuple of a tuple, an array of an array. */
export type ValuesOf<R extends readonly AnyResult[]> = { -readonly [I in keyof R]: ValueOf<R[I]> }

/**
 * All values in order, or the first error in order. None: `ok([])`.
 *
 * @example
 * all([parseSku('apple'), parseQuantity('3')]) // Result<[Sku, number], SkuError | QuantityError>
 */
export function all<const R extends readonly AnyResult[]>(results: R): Result<ValuesOf<R>, ErrorOf<R[number]>>
export function all(results: readonly AnyResult[]): AnyResult {
  const values: unknown[] = []
  for (const result of results) {
    if (result.ok !== true) return result
    values.push(result.value)
  }
  return ok(values)
}

/**
 * All values in order, or every error in order: for a form, where people want to read all that is wrong. None: `ok([])`.
 *
 * @example
 * allErrors([parseSku(''), parseQuantity('-1')]) // Result<[Sku, number], (SkuError | QuantityError)[]>
 */
export function allErrors<const R extends readonly AnyResult[]>(
  results: R,
): Result<ValuesOf<R>, ErrorOf<R[number]>[]>
export function allErrors(results: readonly AnyResult[]): Result<unknown, unknown[]> {
  let errors: unknown[] | undefined
  for (const result of results) {
    if (result.ok === true) continue
    // A list that begins with an element is made for it; an empty one grows at its first.
    if (errors === undefined) errors = [result.error]
    else errors.push(result.error)
  }
  return errors === undefined ? ok(results.map((result) => (result as Ok<unknown>).value)) : err(errors)
}

/**
 * The values and the errors, each in order: for a batch, where the good ones go on.
 *
 * @example
 * const [orders, refused] = partition(skus.map(placeOrder))
 */
export function partition<R extends AnyResult>(
  results: readonly R[],
): [values: ValueOf<R>[], errors: ErrorOf<R>[]]
export function partition<T, E>(results: readonly Result<T, E>[]): [values: T[], errors: E[]] {
  const values: T[] = []
  const errors: E[] = []
  for (const result of results) {
    if (result.ok === true) values.push(result.value)
    else errors.push(result.error)
  }
  return [values, errors]
}
