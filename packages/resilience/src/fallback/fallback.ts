import type { Clock } from '@base/core/clock'
import { checkFunction, checkOptions, checkText } from '@base/core/options'
import { setEngine } from '../policy/engine.js'
import { execute, wrap } from '../policy/execute.js'
import { placesOf } from '../policy/place.js'
import type { ExecuteOptions, Policy, PolicyContext, PolicyFunction } from '../policy/policy.js'
import type { FallbackEvents } from './events.js'
import { FallbackEngine, type FallbackStats } from './fallback-engine.js'

const DEFAULT_NAME = 'fallback'

/** Options of {@link Fallback}; checked and read once, at construction. */
export interface FallbackOptions<F> {
  /** Names it in events and telemetry; few distinct values. @defaultValue 'fallback' */
  readonly name?: string | undefined
  /**
   * Answers in place of a call that failed. If it throws, that is the call's error, with the first one as `cause` if it
   * has none of its own. Throw a new one each time: one object that is thrown again has the cause of the latest call.
   */
  readonly fallback: (error: unknown, ctx: PolicyContext) => F | PromiseLike<F>
  /** Which errors it answers; others pass. One that throws answers none. @defaultValue all */
  readonly handle?: ((error: unknown) => boolean) | undefined
  /** Source of time, as every policy takes it; a fallback needs none. @defaultValue systemClock */
  readonly clock?: Clock | undefined
  /** Source of chance, as every policy takes it; a fallback needs none. @defaultValue Math.random */
  readonly random?: (() => number) | undefined
}

/**
 * Answers in place of a call that fails: with an old price, an empty list, a simpler page.
 *
 * It is not called once the call was given up, for nobody waits for an answer then. A fallback that can fail itself is a
 * second dependency: put policies of its own inside.
 *
 * @example
 * const prices = new Fallback({ fallback: () => lastKnownPrice })
 * const price = await prices.execute(({ signal }) => askPrice({ signal }))
 *
 * @throws {@link InvalidOptionError} from the constructor, naming the option.
 */
export class Fallback<F> implements Policy<F> {
  declare readonly outType?: (() => F) | undefined
  /** Names it in events and telemetry. */
  readonly name: string
  readonly #engine: FallbackEngine

  constructor(options: FallbackOptions<F>) {
    const place = placesOf('Fallback')
    const { name = DEFAULT_NAME, fallback, handle = always } = checkOptions(options, place('options'))
    this.name = checkText(name, place('name'))
    checkFunction(fallback, place('fallback'))
    checkFunction(handle, place('handle'))
    checkFunction(options.random === undefined ? Math.random : options.random, place('random'))
    this.#engine = new FallbackEngine({ name, fallback, handle })
    setEngine(this, this.#engine)
  }

  /** What was counted, as it is now. */
  get stats(): FallbackStats {
    return this.#engine.stats
  }

  execute<T>(fn: PolicyFunction<T>, options?: ExecuteOptions): Promise<T | F> {
    return execute(this.#engine, fn, options) as Promise<T | F>
  }

  wrap<This, Args extends unknown[], T>(
    fn: (this: This, ...args: Args) => T | PromiseLike<T>,
  ): (this: This, ...args: Args) => Promise<T | F> {
    return wrap(this, fn) as (this: This, ...args: Args) => Promise<T | F>
  }

  /**
   * Calls `listener` at each `event` from now on, until the function that is returned is called. One that throws never
   * changes the outcome of a call; it is reported as a process warning.
   */
  on<Name extends keyof FallbackEvents>(
    event: Name,
    listener: (payload: FallbackEvents[Name]) => unknown,
  ): () => void {
    return this.#engine.observers.on(event, listener)
  }
}

const always = (): boolean => true
