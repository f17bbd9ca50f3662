import type { Clock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkFunction, checkInteger, checkOptions, checkText } from '@base/core/options'
import { checkSources } from '../policy/check-sources.js'
import { setEngine } from '../policy/engine.js'
import { execute, wrap } from '../policy/execute.js'
import { placesOf } from '../policy/place.js'
import type { ExecuteOptions, Policy, PolicyFunction } from '../policy/policy.js'
import { checkBudget, type RetryBudget } from '../retry/retry-budget.js'
import type { HedgeEvents } from './events.js'
import { HedgeEngine, type HedgeRules, type HedgeStats } from './hedge-engine.js'
import type { MeasuredDelay } from './percentile.js'

const DEFAULT_NAME = 'hedge'
const DEFAULT_HEDGES = 1
/** More at once is an attack, and not a hedge. */
const MAX_HEDGES = 100

/** Options of {@link Hedge}; checked and read once, at construction. */
export interface HedgeOptions {
  /** Names it in errors, events and telemetry; few distinct values. @defaultValue 'hedge' */
  readonly name?: string | undefined
  /**
   * How long to wait for an answer before the next call is made beside those that run: a duration, or what is measured,
   * by `percentile(95)`. 0 makes all at once; with Infinity only a failure makes another.
   */
  readonly delay: Duration | MeasuredDelay
  /** Calls beside the first, an integer from 0, which turns hedging off, to 100. @defaultValue 1 */
  readonly maxHedges?: number | undefined
  /**
   * Whether an error lets the others go on, and starts the next call now; any other error ends the call at once, also
   * where others run. One that throws says no. @defaultValue every error
   */
  readonly hedgeIf?: ((error: unknown) => boolean) | undefined
  /**
   * Limits the hedges, and the retries, of all who share it: `retryBudget()`. Where it is empty, no hedge is made.
   * @defaultValue none
   */
  readonly budget?: RetryBudget | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
  /** Source of chance, as every policy takes it; a hedge needs none. @defaultValue Math.random */
  readonly random?: (() => number) | undefined
}

/**
 * Asks again before the first call has failed, and takes the first answer: for the few calls that take much longer than
 * the rest, such as those that wait for a busy replica.
 *
 * The first call starts now, and each `delay` another one, until one gives a value. A failure that `hedgeIf` accepts
 * starts the next call at once, and the delay anew; any other failure ends the call. In the place of one that a policy inside
 * refused (`CIRCUIT_OPEN`, `BULKHEAD_FULL`, `RATE_LIMITED`) the next spends no budget. When all have failed, the last error
 * is rethrown; that a breaker or bulkhead inside refused (`CIRCUIT_OPEN`, `BULKHEAD_FULL`) only where no call failed
 * otherwise. The losers' signals abort with a `CancelledError` of code `HEDGE_LOST`; what they then give is dropped, no
 * policy inside counts it, and they keep the slots of bulkheads around the hedge until they have settled.
 *
 * The function is called several times at once: hedge only what may be done twice, and hand its signal on.
 *
 * @example
 * const hedge = new Hedge({ delay: percentile(95) })
 * const user = await hedge.execute(({ signal }) => readFromReplica(id, { signal }))
 *
 * @throws {@link InvalidOptionError} from the constructor, naming the option.
 * @see gRPC A6, "Client Retries", hedging policy
 * @see Dean and Barroso, "The Tail at Scale", Communications of the ACM 56 (2013)
 */
export class Hedge implements Policy {
  declare readonly outType?: (() => never) | undefined
  /** Names it in errors, events and telemetry. */
  readonly name: string
  readonly #engine: HedgeEngine

  constructor(options: HedgeOptions) {
    this.#engine = new HedgeEngine(hedgeRules(options))
    this.name = this.#engine.rules.name
    setEngine(this, this.#engine)
  }

  /** What was counted, as it is now. */
  get stats(): HedgeStats {
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
  on<Name extends keyof HedgeEvents>(
    event: Name,
    listener: (payload: HedgeEvents[Name]) => unknown,
  ): () => void {
    return this.#engine.observers.on(event, listener)
  }
}

const place = placesOf('Hedge')

function hedgeRules(options: HedgeOptions): HedgeRules {
  const { name = DEFAULT_NAME, maxHedges = DEFAULT_HEDGES } = checkOptions(options, place('options'))
  const { delay, hedgeIf = () => true, budget } = options
  checkFunction(hedgeIf, place('hedgeIf'))
  return {
    name: checkText(name, place('name')),
    delay: isMeasured(delay)
      ? delay
      : toMilliseconds(delay as Duration, { ...place('delay'), infinity: true }),
    maxHedges: checkInteger(maxHedges, { ...place('maxHedges'), max: MAX_HEDGES }),
    hedgeIf,
    budget: checkBudget(budget, place('budget')),
    ...checkSources(options, place),
  }
}

function isMeasured(delay: unknown): delay is MeasuredDelay {
  return typeof (delay as Partial<MeasuredDelay> | null | undefined)?.record === 'function'
}
