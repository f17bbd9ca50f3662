import type { Clock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkInteger, checkOptions, checkText } from '@base/core/options'
import type { BulkheadStats } from '../bulkhead/bulkhead-engine.js'
import { checkSources } from '../policy/check-sources.js'
import { setEngine } from '../policy/engine.js'
import { execute, wrap } from '../policy/execute.js'
import { placesOf } from '../policy/place.js'
import type { ExecuteOptions, Policy, PolicyFunction } from '../policy/policy.js'
import { AdaptiveEngine } from './adaptive-engine.js'
import type { AdaptiveBulkheadEvents } from './events.js'

const DEFAULT_NAME = 'adaptive-bulkhead'
const DEFAULT_INITIAL = 20
const DEFAULT_MAX_WAIT: Duration = '5s'

/** Options of {@link AdaptiveBulkhead}; checked and read once, at construction. */
export interface AdaptiveBulkheadOptions {
  /** Names it in errors, events and telemetry; few distinct values. @defaultValue 'adaptive-bulkhead' */
  readonly name?: string | undefined
  /** Calls that may run at once however slow they are, an integer from 1. */
  readonly min: number
  /** Calls that may run at once however fast they are, an integer from `min`: what you would not want to exceed. */
  readonly max: number
  /** Calls that may run at once to begin with, an integer from `min` to `max`. @defaultValue 20, or the bound next to it */
  readonly initial?: number | undefined
  /** Calls that may wait, an integer from 0, or Infinity. @defaultValue Infinity */
  readonly maxQueue?: number | undefined
  /** How long a call may wait; 0 lets none wait, Infinity for ever. @defaultValue '5s' */
  readonly maxWait?: Duration | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
  /** Source of chance, as every policy takes it; a bulkhead needs none. @defaultValue Math.random */
  readonly random?: (() => number) | undefined
}

/** What an {@link AdaptiveBulkhead} has counted since it was made. */
export interface AdaptiveBulkheadStats extends BulkheadStats {
  /** Calls that may run at once. */
  readonly limit: number
}

/**
 * A `Bulkhead` whose limit follows the latency that it measures: more calls at once while they are as fast as usual, fewer
 * as soon as they take longer, because that is what a queue at the dependency looks like from here.
 *
 * It is judged once a round trip, by the mean latency of as many calls as the limit, ten at least. The limit grows by 0.8
 * while that is no more than 1.5 times the usual, and falls by up to a tenth while it is more; never below `min` or above
 * `max`, and not at all while less than half of it is in use. The usual is an average over 600 round trips. Calls that
 * fail are not measured, except by a timeout inside or of the function itself; what one around it cuts off counts where it had run for more than 1.5
 * times the usual, and never makes the limit grow. All else is as in a `Bulkhead`: who waits gets a slot by priority, then
 * in order of arrival, and a slot is held until the function has really settled.
 *
 * Give each kind of call its own: one that is ten times slower by nature looks like an overload.
 *
 * @example
 * const search = new AdaptiveBulkhead({ min: 10, max: 200 })
 * const hits = await search.execute(({ signal }) => find(text, { signal }))
 *
 * @throws {@link InvalidOptionError} from the constructor, naming the option.
 * @throws BulkheadFullError from `execute`, where the queue is full or `maxWait` is over.
 * @see Netflix, concurrency-limits, Gradient2Limit
 */
export class AdaptiveBulkhead implements Policy {
  declare readonly outType?: (() => never) | undefined
  /** Names it in errors, events and telemetry. */
  readonly name: string
  readonly #engine: AdaptiveEngine

  constructor(options: AdaptiveBulkheadOptions) {
    this.#engine = adaptiveEngine(options)
    this.name = this.#engine.bulkhead.rules.name
    setEngine(this, this.#engine)
  }

  /** Calls that may run at once, as of the last one that ended. */
  get limit(): number {
    return this.#engine.bulkhead.limit
  }

  /** Slots that are taken: by running calls, and by those whose function has not settled yet. */
  get running(): number {
    return this.#engine.bulkhead.running
  }

  /** Calls that wait for a slot. */
  get queued(): number {
    return this.#engine.bulkhead.line.size
  }

  /** What was counted, as it is now. */
  get stats(): AdaptiveBulkheadStats {
    const { stats, limit } = this.#engine.bulkhead
    return { ...stats, limit }
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
  on<Name extends keyof AdaptiveBulkheadEvents>(
    event: Name,
    listener: (payload: AdaptiveBulkheadEvents[Name]) => unknown,
  ): () => void {
    return this.#engine.observers.on(event, listener)
  }
}

const place = placesOf('AdaptiveBulkhead')

function adaptiveEngine(options: AdaptiveBulkheadOptions): AdaptiveEngine {
  const { name = DEFAULT_NAME } = checkOptions(options, place('options'))
  const { maxQueue = Number.POSITIVE_INFINITY, maxWait = DEFAULT_MAX_WAIT } = options
  const min = checkInteger(options.min, { ...place('min'), min: 1 })
  const max = checkInteger(options.max, { ...place('max'), min })
  const { initial = Math.max(min, Math.min(max, DEFAULT_INITIAL)) } = options
  const rules = {
    name: checkText(name, place('name')),
    maxConcurrent: checkInteger(initial, { ...place('initial'), min, max }),
    maxQueue: checkInteger(maxQueue, { ...place('maxQueue'), infinity: true }),
    maxWait: toMilliseconds(maxWait, { ...place('maxWait'), infinity: true }),
    ...checkSources(options, place),
  }
  return new AdaptiveEngine(rules, min, max)
}
