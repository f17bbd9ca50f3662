import type { ApiKeyRotation, ApiKeyStore, NewStoredApiKey, StoredApiKey } from '@base/auth/api-keys'
import { type SQL, sql } from 'drizzle-orm'
import type { Executor } from '../executor.js'
import type { Row } from '../own-tables/own-tables.js'
import { API_KEY, apiKeyOf, IS_ALIVE, MOST_SECRETS } from './api-key-row.js'
import { AuthDatabase, after, type DrizzleAuthStoreOptions, swept } from './auth-database.js'

/**
 * Keeps API keys in the table `base_api_keys`, for many processes: an `ApiKeyStore` of `@base/auth`. Each operation is one
 * statement on one row, so that of rotations at once each counts, and none brings a revoked key back.
 *
 * The table is created at the first use where it is missing. Keys are taken away a week after their end, as others are made.
 *
 * @example
 * const keys = createApiKeys({ store: drizzleApiKeyStore(db), prefix: 'shop_live' })
 *
 * @throws InvalidOptionError for an executor or a clock that is none.
 */
export function drizzleApiKeyStore(executor: Executor, options: DrizzleAuthStoreOptions = {}): ApiKeyStore {
  return new DrizzleApiKeyStore(new AuthDatabase('drizzleApiKeyStore', executor, options, ['base_api_keys']))
}

class DrizzleApiKeyStore implements ApiKeyStore {
  readonly #database: AuthDatabase

  constructor(database: AuthDatabase) {
    this.#database = database
  }

  async create({ id, hash, ownerId, name, scopes, ttl }: NewStoredApiKey): Promise<StoredApiKey> {
    const end = ttl === undefined ? sql`null::timestamptz` : after(ttl)
    const [row] = await this.#database.rows(sql`
      with ${this.#database.clock},
      ${swept('base_api_keys', 'id', sql`least(expires_at, revoked_at) <= clock.now - interval '7 days'`)},
      created as (
        insert into base_api_keys (id, owner_id, name, scopes, ttl, hashes, ends, created_at, expires_at)
        select ${id}, ${ownerId}, ${name ?? null}, ${JSON.stringify(scopes)}, ${ttl ?? null}::double precision,
          array[${hash}], array[${end}], clock.now, ${end} from clock
        returning *
      )
      select ${API_KEY} from created, clock`)
    return apiKeyOf(row as Row)
  }

  async find(id: string): Promise<StoredApiKey | undefined> {
    const [row] = await this.#database.rows(sql`
      with ${this.#database.clock} select ${API_KEY} from base_api_keys, clock where id = ${id}`)
    return row && apiKeyOf(row)
  }

  async rotate(id: string, { hash, overlap }: ApiKeyRotation): Promise<StoredApiKey | undefined> {
    // Without a ttl this is null, as an end that is none.
    const end = sql`clock.now + ttl * interval '1 millisecond'`
    const [row] = await this.#database.rows(sql`
      with ${this.#database.clock}
      update base_api_keys set
        hashes = (array[${hash}] || hashes)[1:${sql.raw(String(MOST_SECRETS))}],
        ends = (array[${end}] || (
          select array_agg(least(earlier.ends_at, ${after(overlap)}) order by earlier.n)
          from unnest(ends) with ordinality as earlier(ends_at, n)
        ))[1:${sql.raw(String(MOST_SECRETS))}],
        expires_at = ${end}
      from clock where id = ${id} and ${IS_ALIVE} returning ${API_KEY}`)
    return row && apiKeyOf(row)
  }

  /** Of those who note it at once, one is enough: nobody waits for another, nor for a rotation. */
  async touch(id: string): Promise<void> {
    await this.#database.rows(sql`
      with ${this.#database.clock},
      free as (select id from base_api_keys where id = ${id} for update skip locked)
      update base_api_keys set last_used_at = clock.now from clock, free where base_api_keys.id = free.id`)
  }

  async revoke(id: string): Promise<boolean> {
    return (await this.#revoke(sql`id = ${id}`)) > 0
  }

  async revokeAll(ownerId: string): Promise<number> {
    return this.#revoke(sql`owner_id = ${ownerId}`)
  }

  async list(ownerId: string): Promise<readonly StoredApiKey[]> {
    const rows = await this.#database.rows(sql`
      with ${this.#database.clock}
      select ${API_KEY} from base_api_keys, clock where owner_id = ${ownerId} and ${IS_ALIVE}
      order by base_api_keys.created_at, id`)
    return rows.map(apiKeyOf)
  }

  /** How many of those that are meant were alive. */
  async #revoke(isMeant: SQL): Promise<number> {
    const rows = await this.#database.rows(sql`
      with ${this.#database.clock}
      update base_api_keys set revoked_at = clock.now from clock where ${isMeant} and ${IS_ALIVE} returning 1`)
    return rows.length
  }
}
