import type { Clock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkOneOf, checkOptions, checkText } from '@base/core/options'
import { checkSources } from '../policy/check-sources.js'
import { setEngine } from '../policy/engine.js'
import { execute, wrap } from '../policy/execute.js'
import { placesOf } from '../policy/place.js'
import type { ExecuteOptions, Policy, PolicyFunction } from '../policy/policy.js'
import type { TimeoutEvents } from './events.js'
import { TimeoutEngine, type TimeoutStats } from './timeout-engine.js'

const DEFAULT_NAME = 'timeout'
const DEFAULT_TIMEOUT: Duration = '30s'

/** Options of {@link Timeout}; checked and read once, at construction. */
export interface TimeoutOptions {
  /** Names it in errors, events and telemetry; few distinct values. @defaultValue 'timeout' */
  readonly name?: string | undefined
  /** How long a call may take, more than 0; Infinity sets no timer, and still ends at the caller's abort. @defaultValue '30s' */
  readonly timeout?: Duration | undefined
  /**
   * What happens then. `'race'`: the caller gets the error at once, whatever the function does. `'cooperative'`: the
   * function's signal aborts, and the caller waits until it has settled; a value it still returns is returned.
   * @defaultValue 'race'
   */
  readonly strategy?: TimeoutStrategy | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
  /** Source of chance, as every policy takes it; a timeout needs none. @defaultValue Math.random */
  readonly random?: (() => number) | undefined
}

/** What a {@link Timeout} does once the time is over. */
export type TimeoutStrategy = 'race' | 'cooperative'

/**
 * Gives up on a call that takes too long.
 *
 * The time starts before the function does. Once it is over, the function's signal aborts with the same
 * {@link TimeoutError} that the caller gets. A function that ignores its signal goes on: it keeps the slots of bulkheads
 * around the timeout until it has settled, and what it then gives is dropped. One that blocks the event loop past the
 * time but has its answer before any timer can fire is in time. The caller's own abort is passed on, and is no timeout.
 *
 * Any number of calls share one timer; it keeps the process alive only while a call is waiting. On workerd, where a timer is
 * gone with the request that set it, each call has its own.
 *
 * @example
 * const timeout = new Timeout({ timeout: '2s' })
 * const response = await timeout.execute(({ signal }) => fetch(url, { signal }))
 *
 * @throws {@link InvalidOptionError} from the constructor, naming the option.
 * @throws {@link TimeoutError} from `execute`, with `details` `{ name, timeout }`.
 */
export class Timeout implements Policy {
  declare readonly outType?: (() => never) | undefined
  /** Names it in errors, events and telemetry. */
  readonly name: string
  readonly #engine: TimeoutEngine

  constructor(options: TimeoutOptions = {}) {
    const place = placesOf('Timeout')
    const { name = DEFAULT_NAME, timeout = DEFAULT_TIMEOUT } = checkOptions(options, place('options'))
    const { strategy = 'race' } = options
    this.name = checkText(name, place('name'))
    this.#engine = new TimeoutEngine({
      name,
      timeout: toMilliseconds(timeout, { ...place('timeout'), positive: true, infinity: true }),
      races: checkOneOf(strategy, ['race', 'cooperative'], place('strategy')) === 'race',
      ...checkSources(options, place),
    })
    setEngine(this, this.#engine)
  }

  /** What was counted, as it is now. */
  get stats(): TimeoutStats {
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
  on<Name extends keyof TimeoutEvents>(
    event: Name,
    listener: (payload: TimeoutEvents[Name]) => unknown,
  ): () => void {
    return this.#engine.observers.on(event, listener)
  }
}
