import type { Clock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkInteger, checkOptions, checkText } from '@base/core/options'
import { checkSources } from '../policy/check-sources.js'
import { setEngine } from '../policy/engine.js'
import { execute, wrap } from '../policy/execute.js'
import { placesOf } from '../policy/place.js'
import type { ExecuteOptions, Policy, PolicyFunction } from '../policy/policy.js'
import { BulkheadEngine, type BulkheadStats } from './bulkhead-engine.js'
import type { BulkheadEvents } from './events.js'

const DEFAULT_NAME = 'bulkhead'
const DEFAULT_MAX_CONCURRENT = 10
const DEFAULT_MAX_WAIT: Duration = '5s'

/** Options of {@link Bulkhead}; checked and read once, at construction. */
export interface BulkheadOptions {
  /** Names it in errors, events and telemetry; few distinct values. @defaultValue 'bulkhead' */
  readonly name?: string | undefined
  /** Calls that may run at once, an integer from 1. @defaultValue 10 */
  readonly maxConcurrent?: number | undefined
  /** Calls that may wait, an integer from 0, or Infinity. @defaultValue Infinity */
  readonly maxQueue?: number | undefined
  /** How long a call may wait; 0 lets none wait, Infinity for ever. @defaultValue '5s' */
  readonly maxWait?: Duration | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
  /** Source of chance, as every policy takes it; a bulkhead needs none. @defaultValue Math.random */
  readonly random?: (() => number) | undefined
}

/**
 * Lets only so many calls run at once, so that one slow dependency does not take everything down with it; others wait.
 *
 * Who waits gets a slot by priority, then in order of arrival; a slot passes straight on, and no newcomer comes between.
 * A call that is aborted while it waits leaves at once and never runs. A slot is held until the function has really
 * settled: also when a timeout inside has given up on it, and until what it handed to `ctx.waitUntil` has settled.
 *
 * @example
 * const reports = new Bulkhead({ maxConcurrent: 2, maxQueue: 20 })
 * const pdf = await reports.execute(() => render(report), { priority: 1 })
 *
 * @throws {@link InvalidOptionError} from the constructor, naming the option.
 * @throws {@link BulkheadFullError} from `execute`, where the queue is full or `maxWait` is over.
 * @see Michael Nygard, Release It!, 2nd ed., "Bulkheads"
 */
export class Bulkhead implements Policy {
  declare readonly outType?: (() => never) | undefined
  /** Names it in errors, events and telemetry. */
  readonly name: string
  readonly #engine: BulkheadEngine

  constructor(options: BulkheadOptions = {}) {
    const { name = DEFAULT_NAME } = checkOptions(options, place('options'))
    const { maxConcurrent = DEFAULT_MAX_CONCURRENT } = options
    const { maxQueue = Number.POSITIVE_INFINITY, maxWait = DEFAULT_MAX_WAIT } = options
    this.name = checkText(name, place('name'))
    this.#engine = new BulkheadEngine({
      name,
      maxConcurrent: checkInteger(maxConcurrent, { ...place('maxConcurrent'), min: 1 }),
      maxQueue: checkInteger(maxQueue, { ...place('maxQueue'), infinity: true }),
      maxWait: toMilliseconds(maxWait, { ...place('maxWait'), infinity: true }),
      ...checkSources(options, place),
    })
    setEngine(this, this.#engine)
  }

  /** Slots that are taken: by running calls, and by those whose function has not settled yet. */
  get running(): number {
    return this.#engine.running
  }

  /** Calls that wait for a slot. */
  get queued(): number {
    return this.#engine.line.size
  }

  /** What was counted, as it is now. */
  get stats(): BulkheadStats {
    return this.#engine.stats
  }

  /**
   * Sets how many calls may run at once, an integer from 1. More: those who wait start now. Fewer: no call is stopped,
   * and none starts until so many have ended.
   *
   * @throws {@link InvalidOptionError} for anything else.
   */
  resize(maxConcurrent: number): void {
    this.#engine.resize(checkInteger(maxConcurrent, { ...place('maxConcurrent'), min: 1 }))
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
  on<Name extends keyof BulkheadEvents>(
    event: Name,
    listener: (payload: BulkheadEvents[Name]) => unknown,
  ): () => void {
    return this.#engine.observers.on(event, listener)
  }
}

const place = placesOf('Bulkhead')
