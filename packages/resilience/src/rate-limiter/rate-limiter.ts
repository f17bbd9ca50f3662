import { untilAborted } from '@base/core/abort'
import type { Clock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkInteger, checkMethods, checkOptions, checkText, invalidOption } from '@base/core/options'
import { checkSources } from '../policy/check-sources.js'
import { setEngine } from '../policy/engine.js'
import { execute, wrap } from '../policy/execute.js'
import { placesOf } from '../policy/place.js'
import type { ExecuteOptions, Policy, PolicyFunction } from '../policy/policy.js'
import { type RateLimiterCallOptions, signalOf } from './call-options.js'
import { checkKey } from './check-key.js'
import type { RateLimiterEvents } from './events.js'
import type { WhenStoreFails } from './guarded-store.js'
import { memoryRateLimitStore } from './memory-store.js'
import { checkPolicies, type RateLimitPolicyOptions, type RateLimitText } from './policies.js'
import { RateLimiterEngine, type RateLimiterStats } from './rate-limiter-engine.js'
import type { RateLimitResult, RateLimitStore } from './store.js'

const DEFAULT_NAME = 'rate-limiter'
const DEFAULT_STORE_TIMEOUT: Duration = '1s'
const STORE_METHODS = ['consume', 'reset', 'block'] as const
const MOST = 2 ** 31

/** Options of {@link RateLimiter}; checked and read once, at construction. */
export interface RateLimiterOptions {
  /** Names it in errors, events, telemetry and its store; few distinct values. @defaultValue 'rate-limiter' */
  readonly name?: string | undefined
  /** A text such as `'100/minute'`, or a list; all must allow a call, and a call that one refuses is charged to none. */
  readonly policies: RateLimitText | readonly (RateLimitText | RateLimitPolicyOptions)[]
  /** Where the counts are kept. @defaultValue memoryRateLimitStore() */
  readonly store?: RateLimitStore | undefined
  /**
   * What answers where the store throws, rejects or does not answer in time: `'deny'` allows nothing, `'allow'`
   * everything, another store counts in its place. The result then says `degraded`.
   * @defaultValue 'deny'
   */
  readonly whenStoreFails?: WhenStoreFails | undefined
  /**
   * How long the store may take, more than 0. One that took longer, or took a quarter of it to
   * fail, is left alone for 1 s; then one call asks again.
   * @defaultValue '1s'
   */
  readonly storeTimeout?: Duration | undefined
  /** As a policy: how long a call may wait for its turn; 0 lets none wait, Infinity for ever. @defaultValue 0 */
  readonly maxWait?: Duration | undefined
  /** As a policy: calls of one key that may wait, an integer from 0, or Infinity. @defaultValue Infinity */
  readonly maxQueue?: number | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
  /** Source of chance, as every policy takes it; a rate limiter needs none. @defaultValue Math.random */
  readonly random?: (() => number) | undefined
}

/** Options of {@link RateLimiter.consume}. */
export interface ConsumeOptions {
  /** What it costs, an integer from 0 to 2^31. 0 looks, and charges nothing. @defaultValue 1 */
  readonly cost?: number | undefined
  /**
   * Ends the wait for the store: it rejects with the signal's reason. One that has aborted already charges nothing. A
   * store that has been asked, or the one in its place, may charge the key all the same; its answer is not counted.
   */
  readonly signal?: AbortSignal | undefined
}

/**
 * Lets each key spend only so much in a time: requests of a customer, attempts to log in, calls of a dependency that
 * counts ours.
 *
 * Several policies are decided as one: all allow, or none is charged. Keys do not know each other. `consume` answers and
 * never waits. As a policy it takes the call's `key`, refuses with a `RateLimitedError` or, with `maxWait`, lets calls
 * wait: those of one key by priority, then in order of arrival, and no newcomer comes between. A call that is aborted
 * while it waits leaves at once, and its turn is the next one's. With `maxQueue` calls of one key wait, the next is
 * refused. Calls without a key share the key `'*'`.
 *
 * What each algorithm promises is said at {@link RateLimitPolicyOptions}; what a policy has been charged is not given
 * back when the function fails.
 *
 * @example
 * const perCustomer = new RateLimiter({ policies: [{ limit: 10, window: '1s', burst: 20 }, '1000/hour'] })
 * const { allowed, policies } = await perCustomer.consume(customerId, { cost: 3 })
 * const answer = await perCustomer.execute(() => search(query), { key: customerId })
 *
 * @throws InvalidOptionError from the constructor, naming the option.
 * @throws RateLimitedError from `execute`; `retryAfter` says in milliseconds when it may pass.
 * @see ITU-T I.371, "Generic cell rate algorithm"; brandur/redis-cell
 */
export class RateLimiter implements Policy {
  declare readonly outType?: (() => never) | undefined
  /** Names it in errors, events, telemetry and its store. */
  readonly name: string
  readonly #engine: RateLimiterEngine

  constructor(options: RateLimiterOptions) {
    const { name = DEFAULT_NAME, whenStoreFails = 'deny' } = checkOptions(options, place('options'))
    const { storeTimeout = DEFAULT_STORE_TIMEOUT, policies } = options
    const { maxWait = 0, maxQueue = Number.POSITIVE_INFINITY } = options
    const { clock } = checkSources(options, place)
    const { store = memoryRateLimitStore({ clock }) } = options
    this.name = checkText(name, place('name'))
    this.#engine = new RateLimiterEngine({
      limit: Object.freeze({ name, policies: checkPolicies(policies) }),
      store: checkMethods(store, STORE_METHODS, place('store')),
      whenStoreFails: checkFallback(whenStoreFails),
      storeTimeout: toMilliseconds(storeTimeout, { ...place('storeTimeout'), positive: true }),
      maxWait: toMilliseconds(maxWait, { ...place('maxWait'), infinity: true }),
      maxQueue: checkInteger(maxQueue, { ...place('maxQueue'), infinity: true }),
      clock,
    })
    setEngine(this, this.#engine)
  }

  /** What was counted, as it is now. */
  get stats(): RateLimiterStats {
    return this.#engine.stats
  }

  /**
   * Charges a key, if all policies allow it, and says where they stand. It never waits, and a store that fails is no
   * error: `whenStoreFails` answers.
   *
   * @throws InvalidOptionError where the key is not 1 to 512 bytes of text, or the cost no integer from 0 to 2^31.
   * @throws The signal's reason where it aborts before the answer is there.
   */
  consume(key: string, options?: ConsumeOptions): Promise<RateLimitResult> {
    // No async function: what it sets up for its `await` would be for nothing where the store answers at once.
    try {
      checkKey(key, 'RateLimiter.consume')
      const signal = options === undefined ? undefined : signalOf(options, 'RateLimiter.consume')
      const cost = options?.cost === undefined ? 1 : options.cost
      if (cost !== 1) checkInteger(cost, { ...costPlace, max: MOST })
      const result = this.#engine.store.consume(key, cost)
      return result instanceof Promise
        ? untilAborted(result, signal).then((later) => this.#accounted(key, cost, later))
        : Promise.resolve(this.#accounted(key, cost, result))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Says where the policies stand for a key, and charges nothing: as `consume` at a cost of 0, which only a block
   * refuses. Whether a call would pass is in `remaining`.
   *
   * @throws InvalidOptionError where the key is not 1 to 512 bytes of text.
   * @throws The signal's reason where it aborts before the answer is there.
   */
  async peek(key: string, options?: RateLimiterCallOptions): Promise<RateLimitResult> {
    checkKey(key, 'RateLimiter.peek')
    const signal = signalOf(options, 'RateLimiter.peek')
    const result = this.#engine.store.consume(key, 0)
    return result instanceof Promise ? untilAborted(result, signal) : result
  }

  /**
   * Forgets what a key has spent, and its block; who waits for it is asked for anew.
   *
   * @throws InvalidOptionError where the key is not 1 to 512 bytes of text.
   * @throws UnavailableError where the store fails.
   * @throws The signal's reason where it aborts before the store has answered; the store may still carry it out.
   */
  async reset(key: string, options?: RateLimiterCallOptions): Promise<void> {
    checkKey(key, 'RateLimiter.reset')
    const signal = signalOf(options, 'RateLimiter.reset')
    await untilAborted(this.#engine.reset(key), signal)
  }

  /**
   * Allows a key nothing for a time from now, more than 0, whatever it has spent; Infinity: until it is reset. A later
   * block replaces it, and who waits for the key is asked for anew. Calls that are refused meanwhile do not prolong it.
   *
   * @throws InvalidOptionError where the key is not 1 to 512 bytes of text, or the duration is none.
   * @throws UnavailableError where the store fails.
   * @throws The signal's reason where it aborts before the store has answered; the store may still carry it out.
   */
  async block(key: string, duration: Duration, options?: RateLimiterCallOptions): Promise<void> {
    checkKey(key, 'RateLimiter.block')
    const rules = { ...placesOf('RateLimiter.block')('duration'), positive: true, infinity: true }
    const time = toMilliseconds(duration, rules)
    const signal = signalOf(options, 'RateLimiter.block')
    await untilAborted(this.#engine.block(key, time), signal)
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
  on<Name extends keyof RateLimiterEvents>(
    event: Name,
    listener: (payload: RateLimiterEvents[Name]) => unknown,
  ): () => void {
    return this.#engine.observers.on(event, listener)
  }

  #accounted(key: string, cost: number, result: RateLimitResult): RateLimitResult {
    if (cost > 0) this.#engine.account(key, result)
    return result
  }
}

function checkFallback(whenStoreFails: WhenStoreFails): WhenStoreFails {
  if (whenStoreFails === 'deny' || whenStoreFails === 'allow') return whenStoreFails
  if (STORE_METHODS.every((method) => typeof whenStoreFails?.[method] === 'function')) return whenStoreFails
  throw invalidOption(whenStoreFails, place('whenStoreFails'), "'deny', 'allow' or a RateLimitStore")
}

const place = placesOf('RateLimiter')
const costPlace = placesOf('RateLimiter.consume')('cost')
