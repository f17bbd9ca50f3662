import type { Clock } from '@base/core/clock'
import { readClock } from '../optional-clock.js'
import { Rounds } from '../rounds.js'
import {
  type ApiKeyRotation,
  type ApiKeyStore,
  MOST_SECRETS,
  type NewStoredApiKey,
  type StoredApiKey,
} from './api-key-store.js'

/** Options of {@link memoryApiKeyStore}. */
export interface MemoryApiKeyStoreOptions {
  /** Source of time. @defaultValue the time of the service that asks */
  readonly clock?: Clock | undefined
}

/**
 * Keeps the API keys of one process in memory: for tests. A restart forgets them, and every caller is refused.
 *
 * @example
 * const keys = createApiKeys({ store: memoryApiKeyStore(), prefix: 'shop_test' })
 *
 * @throws InvalidOptionError for a clock that is none.
 */
export function memoryApiKeyStore(options: MemoryApiKeyStoreOptions = {}): ApiKeyStore {
  return new MemoryApiKeyStore(readClock(options, 'memoryApiKeyStore'))
}

/** Keys that each new one looks at, to forget those that are over: more than are added, so that none is left. */
const SWEPT = 2
/** For how long a key that is over is still known, in milliseconds. */
const REMEMBERED = 7 * 86_400_000

interface Secret {
  readonly hash: string
  /** Infinity for no end. */
  readonly expiresAt: number
}

interface Row {
  readonly facts: Omit<NewStoredApiKey, 'hash' | 'ttl'>
  readonly ttl: number
  readonly createdAt: number
  secrets: readonly [Secret, ...Secret[]]
  lastUsedAt?: number
  revokedAt?: number
}

class MemoryApiKeyStore implements ApiKeyStore {
  readonly #clock: Clock | undefined
  readonly #rows = new Map<string, Row>()
  readonly #rounds = new Rounds(this.#rows)
  readonly #byOwner = new Map<string, Set<string>>()

  constructor(clock: Clock | undefined) {
    this.#clock = clock
  }

  async create(
    { hash, ttl = Number.POSITIVE_INFINITY, ...key }: NewStoredApiKey,
    now: number,
  ): Promise<StoredApiKey> {
    const at = this.#at(now)
    this.#sweep(at)
    const facts = { ...key, scopes: [...key.scopes] }
    const row: Row = { facts, ttl, createdAt: at, secrets: [{ hash, expiresAt: at + ttl }] }
    this.#rows.set(key.id, row)
    this.#byOwner.set(key.ownerId, (this.#byOwner.get(key.ownerId) ?? new Set()).add(key.id))
    return storedOf(row, at)
  }

  async find(id: string, now: number): Promise<StoredApiKey | undefined> {
    const row = this.#rows.get(id)
    return row && storedOf(row, this.#at(now))
  }

  async rotate(
    id: string,
    { hash, overlap }: ApiKeyRotation,
    now: number,
  ): Promise<StoredApiKey | undefined> {
    const at = this.#at(now)
    const row = this.#alive(id, at)
    if (row === undefined) return undefined
    const earlier = row.secrets.slice(0, MOST_SECRETS - 1).map((secret) => ({
      hash: secret.hash,
      expiresAt: Math.min(secret.expiresAt, at + overlap),
    }))
    row.secrets = [{ hash, expiresAt: at + row.ttl }, ...earlier]
    return storedOf(row, at)
  }

  async touch(id: string, now: number): Promise<void> {
    const row = this.#rows.get(id)
    if (row !== undefined) row.lastUsedAt = this.#at(now)
  }

  async revoke(id: string, now: number): Promise<boolean> {
    const at = this.#at(now)
    const row = this.#alive(id, at)
    if (row !== undefined) row.revokedAt = at
    return row !== undefined
  }

  async revokeAll(ownerId: string, now: number): Promise<number> {
    const at = this.#at(now)
    const rows = this.#of(ownerId, at)
    for (const row of rows) row.revokedAt = at
    return rows.length
  }

  async list(ownerId: string, now: number): Promise<readonly StoredApiKey[]> {
    const at = this.#at(now)
    return this.#of(ownerId, at).map((row) => storedOf(row, at))
  }

  #at(now: number): number {
    return this.#clock?.now() ?? now
  }

  #alive(id: string, at: number): Row | undefined {
    const row = this.#rows.get(id)
    // Revoked is for good, also where the clock steps back.
    return row !== undefined && row.revokedAt === undefined && at < row.secrets[0].expiresAt ? row : undefined
  }

  #of(ownerId: string, at: number): Row[] {
    return [...(this.#byOwner.get(ownerId) ?? [])].flatMap((id) => this.#alive(id, at) ?? [])
  }

  /** Looks at the next keys, so that each has its turn. */
  #sweep(at: number): void {
    for (let looked = 0; looked < SWEPT; looked++) {
      const [, row] = this.#rounds.next() ?? []
      if (row !== undefined && at >= endOf(row) + REMEMBERED) this.#forget(row)
    }
  }

  #forget({ facts: { id, ownerId } }: Row): void {
    this.#rows.delete(id)
    const siblings = this.#byOwner.get(ownerId)
    siblings?.delete(id)
    if (siblings?.size === 0) this.#byOwner.delete(ownerId)
  }
}

function endOf({ revokedAt, secrets: [present] }: Row): number {
  return Math.min(revokedAt ?? Number.POSITIVE_INFINITY, present.expiresAt)
}

function storedOf({ facts, createdAt, lastUsedAt, revokedAt, secrets }: Row, at: number): StoredApiKey {
  return {
    ...facts,
    scopes: [...facts.scopes],
    createdAt,
    lastUsedAt,
    revokedAt,
    secrets: secrets.map(({ hash, expiresAt }) => ({
      hash,
      expiresAt: expiresAt === Number.POSITIVE_INFINITY ? undefined : expiresAt,
      isAlive: at < expiresAt,
    })),
  }
}
