import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkOptions } from '@base/core/options'
import type {
  RateLimit,
  RateLimitPolicy,
  RateLimitPolicyResult,
  RateLimitResult,
  RateLimitStore,
} from '@base/resilience/rate-limiter'
import { checkKeyPrefix } from '../connection/check-key-prefix.js'
import type { RedisClient } from '../connection/client.js'
import { connect } from '../connection/connect.js'
import type { Connection, Reply } from '../connection/connection.js'
import { warnOfEviction } from '../connection/eviction.js'
import { redisError } from '../connection/redis-error.js'
import { byText, runScript, type Script } from '../connection/script.js'
import { NUMBERS } from './frames.js'
import { type Keys, PreparedLimit } from './prepared-limit.js'
import { type Spend, Spends } from './spends.js'

const DEFAULT_PREFIX = 'rate-limit:'
const DEFAULT_TIMEOUT: Duration = '500ms'
/** Calls that are decided in one step: some 100 µs, in which a server does nothing else. */
const MOST_AT_ONCE = 20

/** Options of {@link redisRateLimitStore}; checked and read once. */
export interface RedisRateLimitStoreOptions {
  /** Stands before each key, so that nothing else has it; not empty, and without `{}`. @defaultValue 'rate-limit:' */
  readonly prefix?: string | undefined
  /**
   * How long Redis may take for an answer, whatever the client does, more than 0. Less than the limiter's
   * `storeTimeout`, so that nothing is charged that the limiter no longer waits for.
   * @defaultValue '500ms'
   */
  readonly timeout?: Duration | undefined
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
 * memory store. Calls of one tick share the round trip, but on a cluster. Keys end by themselves as soon as they are as new;
 * only a block without an end stays until it is reset.
 *
 * A call that may have been charged is never sent again, neither by this store nor by the client: where the connection
 * breaks, it rejects with `details.outcome` `'unknown'`. What Redis loses may be spent anew: without an append-only file
 * a crash takes the counts along, a failover the last of them, and eviction any: where `maxmemory-policy` is not `noeviction`
 * a process warning says so.
 *
 * @example
 * const limiter = new RateLimiter({ policies: '100/minute', store: redisRateLimitStore(client) })
 *
 * @throws InvalidOptionError naming the option.
 */
export function redisRateLimitStore(
  client: RedisClient,
  options: RedisRateLimitStoreOptions = {},
): RedisRateLimitStore {
  const place = { package: '@base/redis', pattern: 'redisRateLimitStore' }
  const { prefix = DEFAULT_PREFIX, timeout = DEFAULT_TIMEOUT } = checkOptions(options, place)
  return new RedisStore(
    connect(client, place.pattern),
    checkKeyPrefix(prefix, { ...place, option: 'prefix' }),
    toMilliseconds(timeout, { ...place, option: 'timeout', positive: true }),
  )
}

/** The store on a connection, its options checked. */
export class RedisStore implements RedisRateLimitStore {
  readonly #connection: Connection
  readonly #prefix: string
  readonly #timeout: number
  readonly #onAnswer: () => void
  readonly #prepared = new WeakMap<RateLimit, Prepared>()

  constructor(connection: Connection, prefix: string, timeout: number) {
    this.#connection = connection
    this.#prefix = prefix
    this.#timeout = timeout
    this.#onAnswer = warnOfEviction(connection, {
      pattern: 'redisRateLimitStore',
      what: 'what was spent of a limit, or a block',
    })
  }

  consume(key: string, cost: number, limit: RateLimit): Promise<RateLimitResult> {
    const { limit: prepared, spends } = this.#prepare(limit)
    return spends.add(prepared.keysOf(key), `${cost}`)
  }

  async reset(key: string, limit: RateLimit): Promise<void> {
    const { limit: prepared, spends } = this.#prepare(limit)
    spends.flush()
    const keys = prepared.keysOf(key)
    await this.#connection.send(['UNLINK', ...keys], { timeout: this.#timeout, key: keys[0] })
  }

  async block(key: string, duration: number, limit: RateLimit): Promise<void> {
    const { limit: prepared, spends } = this.#prepare(limit)
    spends.flush()
    const args = [...prepared.args, '0', `${duration}`]
    await this.#run(prepared.scripts.one, prepared.keysOf(key), args, true)
    this.#onAnswer()
  }

  #send(
    limit: RateLimit,
    prepared: PreparedLimit,
    spends: readonly Spend<RateLimitResult>[],
    inOrder: boolean,
  ): void {
    const { one, some } = prepared.scripts
    const keys = spends.length === 1 ? spends[0]?.keys : spends.flatMap(({ keys }) => keys)
    const args = [...prepared.args, ...spends.map(({ cost }) => cost)]
    const answer = this.#run(spends.length === 1 ? one : some, keys as Keys, args, inOrder)
    // No function that awaits: each await of a call that is so short shows.
    answer.then(
      (reply) => {
        this.#onAnswer()
        settleAll(spends, reply as readonly Reply[], limit.policies)
      },
      (error: unknown) => {
        for (const spend of spends) spend.reject(error)
      },
    )
  }

  /** By its text, a script needs no second turn on a server that does not know it: nothing behind it overtakes it. */
  #run(script: Script, keys: Keys, args: readonly string[], inOrder: boolean): Promise<Reply> {
    const options = { timeout: this.#timeout, once: true }
    return inOrder
      ? this.#connection.send(byText(script, keys, args), { ...options, key: keys[0] })
      : runScript(this.#connection, script, keys, args, options)
  }

  #prepare(limit: RateLimit): Prepared {
    const known = this.#prepared.get(limit)
    if (known !== undefined) return known
    const prepared = new PreparedLimit(this.#prefix, limit)
    // On a cluster keys lie on several nodes.
    const spends = new Spends<RateLimitResult>(
      this.#connection.isCluster ? 1 : MOST_AT_ONCE,
      (spends, inOrder) => {
        this.#send(limit, prepared, spends, inOrder)
      },
    )
    const made = { limit: prepared, spends }
    this.#prepared.set(limit, made)
    return made
  }
}

interface Prepared {
  readonly limit: PreparedLimit
  readonly spends: Spends<RateLimitResult>
}

function settleAll(
  spends: readonly Spend<RateLimitResult>[],
  reply: readonly Reply[],
  policies: readonly RateLimitPolicy[],
): void {
  let start = 0
  for (const { keys, resolve, reject } of spends) {
    try {
      resolve(resultAt(reply, start, policies, keys))
    } catch (error) {
      reject(error)
    }
    start += 1 + policies.length * NUMBERS
  }
}

/** @throws what the script reports in the place of a result. */
function resultAt(
  reply: readonly Reply[],
  start: number,
  policies: readonly RateLimitPolicy[],
  keys: readonly string[],
): RateLimitResult {
  // Large ones come as texts.
  const at = (index: number): number => Number(reply[start + index])
  const allowed = at(0)
  if (Number.isNaN(allowed)) throw redisError(new ReplyError(String(reply[start])), 'unknown', keys)
  return {
    allowed: allowed === 1,
    policies: policies.map(({ name, limit, window }, index): RateLimitPolicyResult => {
      const first = 1 + index * NUMBERS
      const retryAfter = at(first + 2)
      const wait = retryAfter < 0 ? null : retryAfter
      return { name, limit, window, remaining: at(first), resetAfter: at(first + 1), retryAfter: wait }
    }),
  }
}

/** As clients name what a server replies in the place of a result. */
class ReplyError extends Error {
  override readonly name = 'ReplyError'
}
