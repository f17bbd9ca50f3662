import type { RecoveryCodeStore } from '@base/auth/recovery-codes'
import type { RedisClient } from '../connection/client.js'
import { script } from '../connection/script.js'
import { AuthConnection, type RedisAuthStoreOptions } from './auth-connection.js'

/** ARGV: the hashes. */
const REPLACE = script(`
redis.call('DEL', KEYS[1])
redis.call('SADD', KEYS[1], unpack(ARGV))
return 1
`)

const RISK = {
  pattern: 'redisRecoveryCodeStore',
  what: 'recovery codes, with which a user is locked out who has lost a second factor',
  isEndless: true,
}

/**
 * Keeps the hashes of recovery codes in Redis, for many processes: a `RecoveryCodeStore` of `@base/auth`. Each operation is one
 * step on one key, so that a code is taken once, on whatever node it comes.
 *
 * The server must keep what it was given (`appendonly yes`, `maxmemory-policy noeviction`): codes that are lost let nobody in,
 * and a failover that loses a write makes one good again. Where that must not be, take `@base/drizzle/auth`.
 *
 * @example
 * const recovery = createRecoveryCodes({ store: redisRecoveryCodeStore(client) })
 *
 * @throws InvalidOptionError naming the option.
 */
export function redisRecoveryCodeStore(
  client: RedisClient,
  options: RedisAuthStoreOptions = {},
): RecoveryCodeStore {
  return new RedisRecoveryCodeStore(new AuthConnection(RISK, client, options))
}

class RedisRecoveryCodeStore implements RecoveryCodeStore {
  readonly #connection: AuthConnection

  constructor(connection: AuthConnection) {
    this.#connection = connection
  }

  async replace(sub: string, hashes: readonly string[]): Promise<void> {
    await this.#connection.run(REPLACE, [this.#key(sub)], hashes)
  }

  async take(sub: string, hash: string): Promise<boolean> {
    return (await this.#connection.sendOnce(['SREM', this.#key(sub), hash])) === 1
  }

  async count(sub: string): Promise<number> {
    return Number(await this.#connection.send(['SCARD', this.#key(sub)]))
  }

  async remove(sub: string): Promise<boolean> {
    return (await this.#connection.sendOnce(['DEL', this.#key(sub)])) === 1
  }

  #key(sub: string): string {
    return this.#connection.key(`recovery:${sub}`)
  }
}
