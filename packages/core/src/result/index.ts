export { attempt, fromPromise } from './attempt.js'
export { all, allErrors, partition, type ValuesOf } from './collect.js'
export { type AsyncStep, from, gen, type Outcome, type Step } from './gen.js'
export {
  type AnyResult,
  type Err,
  type ErrorOf,
  err,
  isErr,
  isOk,
  type Ok,
  ok,
  type ValueOf,
} from './ok-err.js'
export { Result } from './result.js'
export { andThen, flatten, inspect, inspectError, map, mapError, orElse } from './transform.js'
export { match, unwrap, unwrapError, unwrapOr } from './unwrap.js'
