import type { OAuthTransactionStore } from '@base/auth/oauth'
import type { RedisClient } from '../connection/client.js'
import { AuthConnection, type RedisAuthStoreOptions, textOf } from './auth-connection.js'

const RISK = {
  pattern: 'redisOAuthTransactionStore',
  what: 'a sign-in that has begun, which then fails',
}

/**
 * Keeps the sign-ins that wait in Redis, for many processes: an `OAuthTransactionStore` of `@base/auth`. Each call is one command
 * on one key, which Redis drops when its time is over. A sign-in whose key is evicted, or lost by a failover, is begun again.
 *
 * @example
 * const client = createOidcClient({ ...google(), clientId: 'shop', transactions: redisOAuthTransactionStore(redis) })
 *
 * @throws InvalidOptionError naming the option.
 */
export function redisOAuthTransactionStore(
  client: RedisClient,
  options: RedisAuthStoreOptions = {},
): OAuthTransactionStore {
  return new RedisOAuthTransactionStore(new AuthConnection(RISK, client, options))
}

class RedisOAuthTransactionStore implements OAuthTransactionStore {
  readonly #connection: AuthConnection

  constructor(connection: AuthConnection) {
    this.#connection = connection
  }

  async put(name: string, transaction: string, ttl: number): Promise<void> {
    await this.#connection.send(['SET', this.#key(name), transaction, 'PX', String(ttl)])
  }

  async take(name: string): Promise<string | undefined> {
    return textOf(await this.#connection.sendOnce(['GETDEL', this.#key(name)]))
  }

  #key(name: string): string {
    return this.#connection.key(`oauth:${name}`)
  }
}
