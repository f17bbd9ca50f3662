import { attempt, fromPromise } from './attempt.js'
import { all, allErrors, partition } from './collect.js'
import { from, gen } from './gen.js'
import { err, isErr, isOk, ok, type Result as ResultType } from './result.js'
import { andThen, flatten, inspect, inspectError, map, mapError, orElse } from './transform.js'
import { match, unwrap, unwrapError, unwrapOr } from './unwrap.js'

/** See {@link ResultType}: the type and the object below share one name. */
export type Result<T, E> = ResultType<T, E>

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
