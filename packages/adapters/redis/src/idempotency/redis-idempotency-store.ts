import type { ClaimAnswer, IdempotencyClaim, IdempotencyStore } from '@base/application/idempotency'
import { type Duration, toMilliseconds } from '@base/core/duration'
import type { AppError } from '@base/core/errors'
import { checkOptions, checkText } from '@base/core/options'
import type { RedisClient } from '../connection/client.js'
import { connect } from '../connection/connect.js'
import type { Connection, Reply } from '../connection/connection.js'
import { warnOfEviction } from '../connection/eviction.js'
import { byText, runScript, type Script } from '../connection/script.js'
import { claimScript, completeScript, releaseScript, renewScript } from './scripts.js'

const DEFAULT_PREFIX = 'idempotency:'
const DEFAULT_TIMEOUT: Duration = '1s'
/** For how long at most it tries to take back what nobody waits for any more, in milliseconds. */
const LONGEST_FAREWELL = 10_000

/** Options of {@link redisIdempotencyStore}; checked and read once. */
export interface RedisIdempotencyStoreOptions {
  /** Stands before each key, so that nothing else has it; not empty. @defaultValue 'idempotency:' */
  readonly prefix?: string | undefined
  /** How long Redis may take for an answer, whatever the client does, more than 0. @defaultValue '1s' */
  readonly timeout?: Duration | undefined
}

/** An `IdempotencyStore` in Redis. */
export interface RedisIdempotencyStore extends IdempotencyStore {
  claim(claim: IdempotencyClaim): Promise<ClaimAnswer>
  renew(claim: IdempotencyClaim): Promise<boolean>
  complete(claim: IdempotencyClaim, outcome: string | undefined): Promise<boolean>
  release(claim: IdempotencyClaim): Promise<boolean>
}

/**
 * Keeps idempotency keys in Redis, single or a cluster: a hash for each key, which ends by itself. Every step is one script
 * and one round trip, by the server's clock.
 *
 * Fences are the server's time in microseconds, or one above the last, so that they grow even if data is lost. Redis
 * forgets: without an append-only file a crash loses keys, a failover may lose the last of them, and eviction takes any
 * (`maxmemory-policy` must be `noeviction`; a process warning says where it is not). A request whose key is lost runs
 * again; where that must not be, use the store of `@base/drizzle` in the transaction of the effect. A claim that Redis did not
 * answer in time is taken back, also where it is carried out late.
 *
 * @example
 * const idempotency = createIdempotency({ store: redisIdempotencyStore(client) })
 *
 * @throws InvalidOptionError naming the option.
 */
export function redisIdempotencyStore(
  client: RedisClient,
  options: RedisIdempotencyStoreOptions = {},
): RedisIdempotencyStore {
  const place = { package: '@base/redis', pattern: 'redisIdempotencyStore' }
  const { prefix = DEFAULT_PREFIX, timeout = DEFAULT_TIMEOUT } = checkOptions(options, place)
  return new RedisStore(
    connect(client, place.pattern),
    checkText(prefix, { ...place, option: 'prefix' }),
    toMilliseconds(timeout, { ...place, option: 'timeout', positive: true }),
  )
}

class RedisStore implements RedisIdempotencyStore {
  readonly #connection: Connection
  readonly #prefix: string
  readonly #timeout: number
  readonly #onAnswer: () => void

  constructor(connection: Connection, prefix: string, timeout: number) {
    this.#connection = connection
    this.#prefix = prefix
    this.#timeout = timeout
    this.#onAnswer = warnOfEviction(connection, {
      pattern: 'redisIdempotencyStore',
      what: 'the key of a request, and let it run again',
    })
  }

  async claim(claim: IdempotencyClaim): Promise<ClaimAnswer> {
    const { key, fingerprint, token, lease, ttl } = claim
    const args = [fingerprint, token, `${lease}`, `${lease + ttl}`]
    const reply = await this.#run(claimScript, key, args).catch((error: unknown) => {
      if ((error as AppError).details?.['outcome'] === 'unknown') this.#takeBack(claim)
      throw error
    })
    const [state, rest] = (reply as readonly Buffer[]).map((part) => part.toString())
    switch (state) {
      case 'mismatch':
        return { state }
      case 'replay':
        return { state, outcome: rest }
      case 'conflict':
        return { state, retryAfter: Number(rest) }
      default:
        return { state: state as 'run' | 'takeover', fence: BigInt(rest ?? '') }
    }
  }

  async renew({ key, token, lease, ttl }: IdempotencyClaim): Promise<boolean> {
    return (await this.#run(renewScript, key, [token, `${lease}`, `${lease + ttl}`])) === 1
  }

  async complete(
    { key, fingerprint, token, ttl }: IdempotencyClaim,
    outcome: string | undefined,
  ): Promise<boolean> {
    const text = outcome === undefined ? [] : [outcome]
    return (await this.#run(completeScript, key, [token, fingerprint, `${ttl}`, ...text])) === 1
  }

  async release(claim: IdempotencyClaim): Promise<boolean> {
    return (await this.#run(releaseScript, claim.key, releaseArgs(claim))) === 1
  }

  /**
   * A server that hangs carries the claim out once it goes on, and then whatever was sent behind it: by its text, for nobody
   * waits to be asked for that. Where the connection is gone it is sent when there is one again.
   */
  #takeBack(claim: IdempotencyClaim): void {
    const name = this.#prefix + claim.key
    const options = { timeout: Math.min(claim.lease, LONGEST_FAREWELL), key: name }
    this.#connection.send(byText(releaseScript, [name], releaseArgs(claim)), options).catch(() => {})
  }

  async #run(script: Script, key: string, args: readonly string[]): Promise<Reply> {
    const options = { timeout: this.#timeout }
    const reply = await runScript(this.#connection, script, [this.#prefix + key], args, options)
    this.#onAnswer()
    return reply
  }
}

function releaseArgs({ token, lease, ttl }: IdempotencyClaim): readonly string[] {
  return [token, `${lease}`, `${ttl}`]
}
