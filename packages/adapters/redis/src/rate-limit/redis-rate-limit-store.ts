import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkText, invalidOption } from '@base/core/options'
import type {
  RateLimit,
  RateLimitPolicy,
  RateLimitPolicyResult,
  RateLimitResult,
  RateLimitStore,
} from '@base/resilience/rate-limiter'
import type { RedisClient } from '../connection/client.js'
import { connect } from '../connection/connect.js'
import type { Connection, Reply } from '../connection/connection.js'
import { runScript } from '../connection/script.js'
import { PreparedLimit } from './prepared-limit.js'
import { resetScript, type ScriptOrder } from './scripts.js'

const DEFAULT_PREFIX = 'rate-limit:'
const DEFAULT_TIMEOUT: Duration = '500ms'
/** Numbers of a reply for each policy. */
const NUMBERS = 3

/** Options of {@link redisRateLimitStore}; checked and read once. */
export interface RedisRateLimitStoreOptions {
  /** Stands before each key, so that nothing else has it; not empty, and without `{}`. @defaultValue 'rate-limit:' */
  readonly prefix?: string
  /**
   * How long Redis may take for an answer, whatever the client does, more than 0. Less than the limiter's
   * `storeTimeout`, so that nothing is charged that the limiter no longer waits for.
   * @defaultValue '500ms'
   */
  readonly timeout?: Duration
}

/** A `RateLimitStore` in Redis. */
export interface RedisRateLimitStore extends RateLimitStore {
  consume(key: string, cost: number, limit: RateLimit): Promise<RateLimitResult>
  reset(key: string, limit: RateLimit): Promise<void>
  block(key: string, duration: number, limit: RateLimit): Promise<void>
}

/**
 * Keeps the counts of rate limits in Redis, single or a cluster, for all processes at once. Each call is one script and one
 * round trip: it reads all policies, decides and charges all or none, by the server's clock, and as exactly as the
 * memory store. Keys end by themselves as soon as they are as new; only a block without an end stays until it is reset.
 *
 * A call that may have been charged is never sent again, neither by this store nor by the client: where the connection
 * breaks, it rejects with `details.outcome` `'unknown'`. What Redis loses may be spent anew: without an append-only file
 * a crash takes the counts along, a failover the last of them, and eviction any.
 *
 * @example
 * const limiter = new RateLimiter({ policies: '100/minute', store: redisRateLimitStore(client) })
 *
 * @throws InvalidOptionError naming the option.
 */
export function redisRateLimitStore(
  client: RedisClient,
  { prefix = DEFAULT_PREFIX, timeout = DEFAULT_TIMEOUT }: RedisRateLimitStoreOptions = {},
): RedisRateLimitStore {
  const place = { package: '@base/redis', pattern: 'redisRateLimitStore' }
  return new RedisStore(
    connect(client, place.pattern),
    checkPrefix(prefix, { ...place, option: 'prefix' }),
    toMilliseconds(timeout, { ...place, option: 'timeout', positive: true }),
  )
}

/** The store on a connection, its options checked. */
export class RedisStore implements RedisRateLimitStore {
  readonly #connection: Connection
  readonly #prefix: string
  readonly #timeout: number
  readonly #prepared = new WeakMap<RateLimit, PreparedLimit>()

  constructor(connection: Connection, prefix: string, timeout: number) {
    this.#connection = connection
    this.#prefix = prefix
    this.#timeout = timeout
  }

  async consume(key: string, cost: number, limit: RateLimit): Promise<RateLimitResult> {
    return resultOf(await this.#run(key, limit, [`${cost}`, '']), limit.policies)
  }

  async reset(key: string, limit: RateLimit): Promise<void> {
    const options = { timeout: this.#timeout }
    await runScript(this.#connection, resetScript, this.#prepare(limit).keysOf(key), [], options)
  }

  async block(key: string, duration: number, limit: RateLimit): Promise<void> {
    await this.#run(key, limit, ['0', `${duration}`])
  }

  #run(key: string, limit: RateLimit, order: ScriptOrder): Promise<Reply> {
    const prepared = this.#prepare(limit)
    const options = { timeout: this.#timeout, once: true }
    const args = [...order, ...prepared.args]
    return runScript(this.#connection, prepared.script, prepared.keysOf(key), args, options)
  }

  #prepare(limit: RateLimit): PreparedLimit {
    const known = this.#prepared.get(limit)
    if (known !== undefined) return known
    const prepared = new PreparedLimit(this.#prefix, limit)
    this.#prepared.set(limit, prepared)
    return prepared
  }
}

function resultOf(reply: Reply, policies: readonly RateLimitPolicy[]): RateLimitResult {
  // Large ones come as texts, and all do from a client that was told so.
  const numbers = (reply as readonly Reply[]).map(Number)
  return {
    allowed: numbers[0] === 1,
    policies: policies.map((policy, index) => policyResult(policy, numbers, 1 + index * NUMBERS)),
  }
}

function policyResult(
  { name, limit, window }: RateLimitPolicy,
  numbers: readonly number[],
  first: number,
): RateLimitPolicyResult {
  const [remaining = 0, resetAfter = 0, retryAfter = 0] = numbers.slice(first, first + NUMBERS)
  return { name, limit, window, remaining, resetAfter, retryAfter: retryAfter < 0 ? null : retryAfter }
}

function checkPrefix(prefix: string, place: { package: string; pattern: string; option: string }): string {
  // Redis takes no hash tag from them, and the keys of a key would lie in several slots.
  if (checkText(prefix, place).includes('{}')) throw invalidOption(prefix, place, 'a text without {}')
  return prefix
}
