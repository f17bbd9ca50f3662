import { attempt, fromPromise } from './attempt.js'
import { all, allErrors, partition } from './collect.js'
import { from, gen } from './gen.js'
import { type Err, err, isErr, isOk, type Ok, ok } from './ok-err.js'
import { andThen, flatten, inspect, inspectError, map, mapError, orElse } from './transform.js'
import { match, unwrap, unwrapError, unwrapOr } from './unwrap.js'

/**
 * An outcome that the caller has to look at: a value, or an expected error. Faults are thrown instead.
 *
 * A plain object, so it survives `JSON.stringify`, `structuredClone`, a worker, a queue and a cache where its value and
 * error do: plain errors, not an `AppError`, which goes by `toErrorJson`. It narrows by `result.ok`. It is `readonly` for the compiler and not frozen at run time, which would make it many times slower.
 *
 * An async function returns `Promise<Result<T, E>>`. There is no promise-like class beside it: `await` gives the result.
 *
 * @example
 * type PlaceOrderError = { readonly type: 'sold_out'; readonly sku: string } | { readonly type: 'closed' }
 *
 * function placeOrder(sku: string): Result<Order, PlaceOrderError> {
 *   if (!shop.open) return err({ type: 'closed' })
 *   return stock.has(sku) ? ok(new Order(sku)) : err({ type: 'sold_out', sku })
 * }
 *
 * const placed = placeOrder('apple')
 * if (!placed.ok) return refuse(placed.error)
 * ship(placed.value)
 */
export type Result<T, E> = Ok<T> | Err<E>

/**
 * All functions of this subpath as one object, for those who like `Result.map` better than `map`. It holds every
 * function, so a bundler can leave none out; the functions by name cost only what is used.
 *
 * @example
 * Result.map(Result.ok(2), (n) => n * 2) // ok(4)
 */
export const Result: {
  readonly ok: typeof ok
  readonly err: typeof err
  readonly isOk: typeof isOk
  readonly isErr: typeof isErr
  readonly map: typeof map
  readonly mapError: typeof mapError
  readonly andThen: typeof andThen
  readonly orElse: typeof orElse
  readonly flatten: typeof flatten
  readonly inspect: typeof inspect
  readonly inspectError: typeof inspectError
  readonly match: typeof match
  readonly unwrap: typeof unwrap
  readonly unwrapError: typeof unwrapError
  readonly unwrapOr: typeof unwrapOr
  readonly all: typeof all
  readonly allErrors: typeof allErrors
  readonly partition: typeof partition
  readonly attempt: typeof attempt
  readonly fromPromise: typeof fromPromise
  readonly gen: typeof gen
  readonly from: typeof from
} = {
  ok,
  err,
  isOk,
  isErr,
  map,
  mapError,
  andThen,
  orElse,
  flatten,
  inspect,
  inspectError,
  match,
  unwrap,
  unwrapError,
  unwrapOr,
  all,
  allErrors,
  partition,
  attempt,
  fromPromise,
  gen,
  from,
}
