import type { KeyStore, StoredKey, StoredKeys } from '@base/auth/tokens'
import { checkOptions, checkText } from '@base/core/options'
import { sql } from 'drizzle-orm'
import type { Executor } from '../executor.js'
import { checkWellFormed } from '../well-formed-text.js'
import { AuthDatabase } from './auth-database.js'

const MAX_RING = 128

/** Options of {@link drizzleKeyStore}. */
export interface DrizzleKeyStoreOptions {
  /** Names the ring, where a database has several. 1 to 128 characters, without U+0000 and lone surrogates. @defaultValue 'default' */
  readonly ring?: string | undefined
}

/**
 * Keeps the keys of a ring in the table `base_signing_keys`, for all nodes: a `KeyStore` of `@base/auth`, changed by
 * compare-and-set. The table is created at the first use where it is missing.
 *
 * What it holds are private keys, as they are: who reads the table, or a backup of it, can sign.
 *
 * @example
 * const keys = createKeyRing({ store: drizzleKeyStore(db) })
 *
 * @throws InvalidOptionError for an executor that is none, or a name of a ring that is empty, too long, or that PostgreSQL
 * cannot hold.
 */
export function drizzleKeyStore(executor: Executor, options: DrizzleKeyStoreOptions = {}): KeyStore {
  const place = { package: '@base/drizzle', pattern: 'drizzleKeyStore' }
  const { ring = 'default' } = checkOptions(options, place)
  const at = { ...place, option: 'ring' }
  return new DrizzleKeyStore(
    new AuthDatabase('drizzleKeyStore', executor, {}, ['base_signing_keys']),
    checkWellFormed(checkText(ring, { ...at, maxLength: MAX_RING }), at),
  )
}

class DrizzleKeyStore implements KeyStore {
  readonly #database: AuthDatabase
  readonly #ring: string

  constructor(database: AuthDatabase, ring: string) {
    this.#database = database
    this.#ring = ring
  }

  async load(): Promise<StoredKeys> {
    const [row] = await this.#database.rows(
      sql`select version::text, keys from base_signing_keys where ring = ${this.#ring}`,
    )
    if (row === undefined) return { version: 0, keys: [] }
    return { version: Number(row['version']), keys: JSON.parse(row['keys'] as string) }
  }

  async replace(expected: number, keys: readonly StoredKey[]): Promise<boolean> {
    const text = JSON.stringify(keys)
    return this.#database.hits(
      expected === 0
        ? sql`insert into base_signing_keys (ring, version, keys) values (${this.#ring}, 1, ${text})
            on conflict do nothing returning 1`
        : sql`update base_signing_keys set version = version + 1, keys = ${text}
            where ring = ${this.#ring} and version = ${String(expected)}::bigint returning 1`,
    )
  }
}
