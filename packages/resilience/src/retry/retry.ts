import type { Clock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkBoolean, checkFunction, checkInteger, checkOptions, checkText } from '@base/core/options'
import { checkSources } from '../policy/check-sources.js'
import { setEngine } from '../policy/engine.js'
import { execute, wrap } from '../policy/execute.js'
import { placesOf } from '../policy/place.js'
import type { ExecuteOptions, Policy, PolicyContext, PolicyFunction } from '../policy/policy.js'
import { type Backoff, checkBackoff, exponential } from './backoff.js'
import type { RetryEvents } from './events.js'
import { checkBudget, type RetryBudget } from './retry-budget.js'
import { RetryEngine, type RetryRules, type RetryStats } from './retry-engine.js'
import { isRetryable } from './retryable.js'

const DEFAULT_NAME = 'retry'
const DEFAULT_ATTEMPTS = 3

/** Options of {@link Retry}; checked and read once, at construction. */
export interface RetryOptions {
  /** Names it in events and telemetry; few distinct values. @defaultValue 'retry' */
  readonly name?: string | undefined
  /** Attempts in all, with the first, an integer from 1, or Infinity. @defaultValue 3 */
  readonly maxAttempts?: number | undefined
  /**
   * How long to pause after a failed attempt. One that throws, or gives no duration, ends the call with the error of its
   * last attempt. @defaultValue exponential()
   */
  readonly backoff?: Backoff | undefined
  /**
   * Whether an error is retried; it alone decides, except that a call that was aborted is never retried. One that
   * throws says no.
   * @defaultValue every error, except that of an open circuit (`CIRCUIT_OPEN`), of a transaction that may have been committed (`COMMIT_UNKNOWN`), and of the kinds invalid, unauthenticated, forbidden, not_found, conflict, precondition_failed, too_large and unsupported
   */
  readonly retryIf?: ((error: unknown, ctx: PolicyContext) => boolean) | undefined
  /** Whether a returned value is retried; the last one is returned. One that throws says no. @defaultValue none is */
  readonly retryIfResult?: ((value: unknown, ctx: PolicyContext) => boolean) | undefined
  /** A pause that would end later than this after the call began is not begun; no attempt is cut short. @defaultValue Infinity */
  readonly maxElapsed?: Duration | undefined
  /** Limits the retries of all who share it; where it is empty, the error is rethrown at once. @defaultValue none */
  readonly budget?: RetryBudget | undefined
  /**
   * Whether to pause for as long as the dependency asks, if that is longer than the backoff: by the `retryAfter` of an
   * error, in milliseconds, or by the Retry-After header (RFC 9110) of a response, or of an error's `response`. Where it
   * asks for more than the backoff's `max`, the call ends at once. @defaultValue true
   */
  readonly respectRetryAfter?: boolean | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
  /** Source of chance for the jitter, from 0 up to but not 1. @defaultValue Math.random */
  readonly random?: (() => number) | undefined
}

/**
 * Tries again what fails for a moment: after a pause, a few times, and not what will fail in the same way again.
 *
 * The last error is rethrown untouched; {@link attemptsOf} tells its attempts. An open circuit inside ends the call with
 * the failure before it. No pause is begun that would end after `maxElapsed` or reach the `deadline` in context, and an
 * abort ends a pause at once; where there is none, every tenth retry lets timers and I/O go first. Only retry what
 * may be done twice: reads, and writes with an idempotency key.
 *
 * @example
 * const retry = new Retry({ maxAttempts: 4, backoff: exponential({ base: '200ms' }) })
 * const response = await retry.execute(({ signal }) => fetch(url, { signal }))
 *
 * @throws {@link InvalidOptionError} from the constructor, naming the option.
 */
export class Retry implements Policy {
  declare readonly outType?: (() => never) | undefined
  /** Names it in events and telemetry. */
  readonly name: string
  readonly #engine: RetryEngine

  constructor(options: RetryOptions = {}) {
    this.#engine = new RetryEngine(retryRules(options))
    this.name = this.#engine.rules.name
    setEngine(this, this.#engine)
  }

  /** What was counted, as it is now. */
  get stats(): RetryStats {
    return this.#engine.stats
  }

  execute<T>(fn: PolicyFunction<T>, options?: ExecuteOptions): Promise<T> {
    return execute(this.#engine, fn, options) as Promise<T>
  }

  wrap<This, Args extends unknown[], T>(
    fn: (this: This, ...args: Args) => T | PromiseLike<T>,
  ): (this: This, ...args: Args) => Promise<T> {
    return wrap(this, fn) as (this: This, ...args: Args) => Promise<T>
  }

  /**
   * Calls `listener` at each `event` from now on, until the function that is returned is called. One that throws never
   * changes the outcome of a call; it is reported as a process warning.
   */
  on<Name extends keyof RetryEvents>(
    event: Name,
    listener: (payload: RetryEvents[Name]) => unknown,
  ): () => void {
    return this.#engine.observers.on(event, listener)
  }
}

const place = placesOf('Retry')

function retryRules(options: RetryOptions): RetryRules {
  const { name = DEFAULT_NAME, maxAttempts = DEFAULT_ATTEMPTS } = checkOptions(options, place('options'))
  const { backoff = exponential(), maxElapsed = Number.POSITIVE_INFINITY } = options
  const { retryIf = isRetryable, retryIfResult, respectRetryAfter = true } = options
  const { budget } = options
  checkFunction(retryIf, place('retryIf'))
  if (retryIfResult !== undefined) checkFunction(retryIfResult, place('retryIfResult'))
  return {
    name: checkText(name, place('name')),
    maxAttempts: checkInteger(maxAttempts, { ...place('maxAttempts'), min: 1, infinity: true }),
    backoff: checkBackoff(backoff, place),
    retryIf,
    retryIfResult,
    maxElapsed: toMilliseconds(maxElapsed, { ...place('maxElapsed'), infinity: true }),
    budget: checkBudget(budget, place('budget')),
    respectRetryAfter: checkBoolean(respectRetryAfter, place('respectRetryAfter')),
    ...checkSources(options, place),
  }
}
