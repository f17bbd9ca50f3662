import { systemClock } from '@base/core/clock'
import { AppError } from '@base/core/errors'
import type { RedisClient } from '../connection/client.js'
import type { Connection } from '../connection/connection.js'

/** The database of a server in which the keys of a connection lie. */
export class Database {
  readonly connection: Connection
  readonly #client: RedisClient
  #asking: Promise<string> | undefined

  constructor(connection: Connection, client: RedisClient) {
    this.connection = connection
    this.#client = client
  }

  /**
   * Tells its keys from those of the same names that lie in other databases, or have another prefix of the client's. The server
   * is asked once: a pool, or a client of a Sentinel, does not say. `until` is on the monotonic clock. A cluster is not asked:
   * it would be any of its nodes, also one that is away, and it has one database.
   */
  identity(until: number): Promise<string> {
    this.#asking ??= this.#ask(until).catch((error: unknown) => {
      this.#asking = undefined
      throw error
    })
    return this.#asking
  }

  async #ask(until: number): Promise<string> {
    const number = this.connection.isCluster ? undefined : await this.#askServer(until)
    return `${number ?? numberOf(this.#client)} ${this.connection.keyPrefix}`
  }

  async #askServer(until: number): Promise<string | undefined> {
    const timeout = Math.max(1, Math.ceil(until - systemClock.monotonic()))
    const facts = await this.connection.send(['CLIENT', 'INFO'], { timeout }).catch((error: unknown) => {
      // Whoever may not know it has what the client says.
      if (error instanceof AppError && error.code === 'REDIS_REFUSED') return ''
      throw error
    })
    return / db=(\d+)/.exec(String(facts))?.[1]
  }
}

/** The number that a client was made for, as far as it says. */
function numberOf(client: RedisClient): string {
  const { options } = client as { options?: { db?: unknown; database?: unknown } }
  return String(options?.db ?? options?.database ?? 0)
}
