import type { Clock } from '@base/core/clock'
import { readClock } from '../../optional-clock.js'
import { Rounds } from '../../rounds.js'
import type {
  NewStoredSession,
  SessionChange,
  SessionKey,
  SessionStore,
  StoredSession,
} from './session-store.js'

/** Sessions that each new one looks at, to forget those that are over: more than are added, so that none is left. */
const SWEPT = 2

/** Options of {@link memorySessionStore}. */
export interface MemorySessionStoreOptions {
  /** Source of time. @defaultValue the time of the service that asks */
  readonly clock?: Clock | undefined
}

/**
 * Keeps the sessions of one process in memory: for tests, and for a service that may forget its users when it stops.
 *
 * Sessions that are over are forgotten as others begin. There is no other bound.
 *
 * @example
 * const sessions = createSessions({ store: memorySessionStore() })
 *
 * @throws InvalidOptionError for a clock that is none.
 */
export function memorySessionStore(options: MemorySessionStoreOptions = {}): SessionStore {
  return new MemorySessionStore(readClock(options, 'memorySessionStore'))
}

interface Row {
  readonly hash: string
  readonly session: StoredSession
}

class MemorySessionStore implements SessionStore {
  readonly #clock: Clock | undefined
  readonly #rows = new Map<string, Row>()
  readonly #rounds = new Rounds(this.#rows)
  readonly #bySubject = new Map<string, Set<string>>()

  constructor(clock: Clock | undefined) {
    this.#clock = clock
  }

  async create({ hash, idleTtl, absoluteTtl, ...facts }: NewStoredSession, now: number): Promise<void> {
    const at = this.#at(now)
    this.#sweep(at)
    const expiresAt = at + absoluteTtl
    const idleExpiresAt = Math.min(at + idleTtl, expiresAt)
    const session = { ...facts, createdAt: at, lastSeenAt: at, idleExpiresAt, expiresAt }
    this.#rows.set(facts.handle, { hash, session })
    const siblings = this.#bySubject.get(facts.sub) ?? new Set()
    this.#bySubject.set(facts.sub, siblings.add(facts.handle))
  }

  async get({ handle, hash }: SessionKey, now: number): Promise<StoredSession | undefined> {
    return this.#find(handle, hash, now)?.session
  }

  async change(key: SessionKey, change: SessionChange, now: number): Promise<StoredSession | undefined> {
    const row = this.#find(key.handle, key.hash, now)
    if (row === undefined) return undefined
    const { hash = row.hash, data = row.session.data, idleTtl } = change
    const at = this.#at(now)
    const idle = idleTtl !== undefined && {
      lastSeenAt: at,
      idleExpiresAt: Math.min(at + idleTtl, row.session.expiresAt),
    }
    const session = { ...row.session, data, ...idle }
    this.#rows.set(key.handle, { hash, session })
    return session
  }

  async destroy(handle: string, hash: string | undefined, now: number): Promise<boolean> {
    const row = this.#find(handle, hash, now)
    if (row === undefined) return false
    this.#forget(row.session)
    return true
  }

  async destroyAll(sub: string, now: number): Promise<number> {
    const sessions = this.#of(sub, now)
    for (const session of sessions) this.#forget(session)
    return sessions.length
  }

  async list(sub: string, now: number): Promise<readonly StoredSession[]> {
    return this.#of(sub, now)
  }

  #at(now: number): number {
    return this.#clock?.now() ?? now
  }

  #find(handle: string, hash: string | undefined, now: number): Row | undefined {
    const row = this.#rows.get(handle)
    if (row === undefined || (hash !== undefined && hash !== row.hash)) return undefined
    return this.#at(now) < row.session.idleExpiresAt ? row : undefined
  }

  #of(sub: string, now: number): StoredSession[] {
    const rows = [...(this.#bySubject.get(sub) ?? [])].map((handle) => this.#find(handle, undefined, now))
    return rows.flatMap((row) => row?.session ?? [])
  }

  /** Looks at the next sessions, so that each has its turn. */
  #sweep(now: number): void {
    for (let looked = 0; looked < SWEPT; looked++) {
      const [, row] = this.#rounds.next() ?? []
      if (row !== undefined && now >= row.session.idleExpiresAt) this.#forget(row.session)
    }
  }

  #forget({ handle, sub }: StoredSession): void {
    this.#rows.delete(handle)
    const siblings = this.#bySubject.get(sub)
    siblings?.delete(handle)
    if (siblings?.size === 0) this.#bySubject.delete(sub)
  }
}
