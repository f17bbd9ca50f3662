import type { ReplayStore } from '@base/auth/tokens'
import type { RedisClient } from '../connection/client.js'
import { AuthConnection, type RedisAuthStoreOptions } from './auth-connection.js'

const RISK = {
  pattern: 'redisReplayStore',
  what: 'the memory of what came once, which then may come again',
}

/**
 * Remembers in Redis what may come once only, such as DPoP proofs, for many processes: a `ReplayStore` of `@base/auth`. A claim
 * is one command on one key, which Redis drops when its time is over.
 *
 * The server must not evict keys (`maxmemory-policy noeviction`): one that is evicted could be claimed again. So it is with a
 * failover that loses a write.
 *
 * @example
 * const proof = await verifyDpop(header, { method: 'POST', url, replays: redisReplayStore(client) })
 *
 * @throws InvalidOptionError naming the option.
 */
export function redisReplayStore(client: RedisClient, options: RedisAuthStoreOptions = {}): ReplayStore {
  return new RedisReplayStore(new AuthConnection(RISK, client, options))
}

class RedisReplayStore implements ReplayStore {
  readonly #connection: AuthConnection

  constructor(connection: AuthConnection) {
    this.#connection = connection
  }

  async claim(name: string, ttl: number): Promise<boolean> {
    const key = this.#connection.key(`replay:${name}`)
    return (await this.#connection.sendOnce(['SET', key, '', 'NX', 'PX', String(ttl)])) !== null
  }
}
