import type { Clock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkNumber, checkOptions, checkText, invalidOption } from '@base/core/options'
import { checkSources } from '../policy/check-sources.js'
import { setEngine } from '../policy/engine.js'
import { execute, wrap } from '../policy/execute.js'
import { placesOf } from '../policy/place.js'
import type { ExecuteOptions, Policy, PolicyFunction } from '../policy/policy.js'
import { ChaosEngine, type ChaosRules, type ChaosStats } from './chaos-engine.js'
import type { ChaosEvents } from './events.js'

const DEFAULT_NAME = 'chaos'

/** How long a disturbed call is held back: always the same, or anything between two durations. */
export type ChaosLatency =
  | Duration
  | {
      /** The shortest. */
      readonly min: Duration
      /** The longest, no less than `min`. */
      readonly max: Duration
    }

/** Options of {@link Chaos}; checked and read once, at construction. */
export interface ChaosOptions {
  /** Names it in events and telemetry; few distinct values. @defaultValue 'chaos' */
  readonly name?: string | undefined
  /** The share of calls that are disturbed, from 0 to 1. */
  readonly rate: number
  /** How long a disturbed call is held back before it fails or goes on. @defaultValue not at all */
  readonly latency?: ChaosLatency | undefined
  /** What a disturbed call fails with in place of the function's outcome; a function makes one for each. @defaultValue none: it goes on */
  readonly error?: unknown
  /** Whether calls are disturbed at all; a function is asked at each call, and one that throws says no. */
  readonly enabled: boolean | (() => boolean)
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
  /** Source of chance, from 0 up to but not 1: with a seeded one the same calls are disturbed in each run. @defaultValue Math.random */
  readonly random?: (() => number) | undefined
}

/**
 * Makes calls slow, or fail, on purpose: in tests, and on game days in a system that claims to stand it.
 *
 * A disturbed call is held back for `latency`, and then fails with `error`, without calling the function, or goes on where
 * there is none. An abort ends the holding back at once. Put it innermost in a `pipeline`, in place of the dependency, so
 * that all policies around it are put to the proof. `enabled` has no default: disturbing is always somebody's decision.
 *
 * @example
 * const chaos = new Chaos({ rate: 0.05, latency: '2s', error: () => new Error('chaos'), enabled: () => flags.gameDay })
 * const client = pipeline(new Retry(), new CircuitBreaker(), chaos)
 *
 * @throws {@link InvalidOptionError} from the constructor, naming the option.
 * @see Basiri et al., "Chaos Engineering", IEEE Software 33 (2016)
 */
export class Chaos implements Policy {
  declare readonly outType?: (() => never) | undefined
  /** Names it in events and telemetry. */
  readonly name: string
  readonly #engine: ChaosEngine

  constructor(options: ChaosOptions) {
    this.#engine = new ChaosEngine(chaosRules(options))
    this.name = this.#engine.rules.name
    setEngine(this, this.#engine)
  }

  /** What was counted, as it is now. */
  get stats(): ChaosStats {
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
  on<Name extends keyof ChaosEvents>(
    event: Name,
    listener: (payload: ChaosEvents[Name]) => unknown,
  ): () => void {
    return this.#engine.observers.on(event, listener)
  }
}

const place = placesOf('Chaos')

function chaosRules(options: ChaosOptions): ChaosRules {
  const { name = DEFAULT_NAME, rate, latency = 0, enabled } = checkOptions(options, place('options'))
  checkNumber(rate, { ...place('rate'), max: 1 })
  if (typeof enabled !== 'boolean' && typeof enabled !== 'function')
    throw invalidOption(enabled, place('enabled'), 'true, false or a function')
  return {
    name: checkText(name, place('name')),
    rate,
    latency: latencyOf(latency),
    error: options.error === undefined ? undefined : makerOf(options.error),
    enabled: typeof enabled === 'function' ? enabled : () => enabled,
    ...checkSources(options, place),
  }
}

function latencyOf(latency: ChaosLatency): ChaosRules['latency'] {
  if (typeof latency !== 'object' || latency === null) {
    const same = toMilliseconds(latency, place('latency'))
    return { min: same, max: same }
  }
  const min = toMilliseconds(latency.min, place('latency.min'))
  const max = toMilliseconds(latency.max, place('latency.max'))
  if (max < min) throw invalidOption(latency.max, place('latency.max'), 'no less than latency.min')
  return { min, max }
}

function makerOf(error: unknown): () => unknown {
  return typeof error === 'function' ? (error as () => unknown) : () => error
}
