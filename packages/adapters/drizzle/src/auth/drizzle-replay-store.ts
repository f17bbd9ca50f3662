import type { ReplayStore } from '@base/auth/tokens'
import { sql } from 'drizzle-orm'
import type { Executor } from '../executor.js'
import { AuthDatabase, after, type DrizzleAuthStoreOptions, swept } from './auth-database.js'

/**
 * Remembers in the table `base_replays` what may come once only, such as DPoP proofs: a `ReplayStore` of `@base/auth`.
 *
 * The table is created at the first use where it is missing. Keys that are over are taken away as others are claimed.
 *
 * @example
 * const replays = drizzleReplayStore(db)
 * const proof = await verifyDpop(header, { method: 'POST', url, replays })
 *
 * @throws InvalidOptionError for an executor or a clock that is none.
 */
export function drizzleReplayStore(executor: Executor, options: DrizzleAuthStoreOptions = {}): ReplayStore {
  return new DrizzleReplayStore(new AuthDatabase('drizzleReplayStore', executor, options, ['base_replays']))
}

class DrizzleReplayStore implements ReplayStore {
  readonly #database: AuthDatabase

  constructor(database: AuthDatabase) {
    this.#database = database
  }

  async claim(key: string, ttl: number): Promise<boolean> {
    return this.#database.hits(sql`
      with ${this.#database.clock},
      ${swept('base_replays', 'key', sql`expires_at <= clock.now and key <> ${key}`)}
      insert into base_replays as claimed (key, expires_at)
      select ${key}, ${after(ttl)} from clock
      on conflict (key) do update set expires_at = excluded.expires_at
      where claimed.expires_at <= (select now from clock)
      returning 1`)
  }
}
