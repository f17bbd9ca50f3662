/** What a store is given of a new session. */
export interface NewStoredSession {
  /** Names its row for the whole of its life: 24 characters of base64url, new each time. */
  readonly handle: string
  /** The SHA-256 of its present id: 43 characters of base64url. */
  readonly hash: string
  /** Whose it is. */
  readonly sub: string
  /** What the service wants back as it is: a text of at most 65,536 characters. */
  readonly data: string
  /** For how many milliseconds it may lie unused. */
  readonly idleTtl: number
  /** For how many milliseconds it may live, however much it is used. */
  readonly absoluteTtl: number
}

/** A session, as a store keeps it. Times are milliseconds since 1970. */
export interface StoredSession {
  /** Names its row; no secret. */
  readonly handle: string
  /** Whose it is. */
  readonly sub: string
  /** What the service gave last. */
  readonly data: string
  /** When it began. */
  readonly createdAt: number
  /** When it was last touched or rotated. */
  readonly lastSeenAt: number
  /** When it ends by lying unused; never later than `expiresAt`. */
  readonly idleExpiresAt: number
  /** When it ends at the latest. */
  readonly expiresAt: number
}

/** Which session is meant, by who knows its present id. */
export interface SessionKey {
  /** Its row. */
  readonly handle: string
  /** The hash of its id; another one means nothing. */
  readonly hash: string
}

/** What a session is changed to. */
export interface SessionChange {
  /** The hash of its new id; the old one means nothing from then on. @defaultValue it keeps its id */
  readonly hash?: string | undefined
  /** What it holds from now on. @defaultValue as before */
  readonly data?: string | undefined
  /** For how many milliseconds it may lie unused, from now on. @defaultValue its idle time goes on */
  readonly idleTtl?: number | undefined
}

/**
 * Where sessions are kept: {@link memorySessionStore} for one process, a server for many.
 *
 * Each method is one atomic step. `now` is the time of the service that asks, in milliseconds since 1970; a store that
 * several machines share goes by its own time instead. Arguments are checked already. A session that is destroyed or over is
 * never seen again. A failure rejects. What a store must promise is in `sessionStoreConformance` of `@base/auth/testing`.
 */
export interface SessionStore {
  /** Adds a session. */
  create(session: NewStoredSession, now: number): PromiseLike<void>
  /** A session that is alive. Changes nothing. */
  get(key: SessionKey, now: number): PromiseLike<StoredSession | undefined>
  /** Changes a session that is alive, and gives it as it is then. Of two that change the same id at once one succeeds. */
  change(key: SessionKey, change: SessionChange, now: number): PromiseLike<StoredSession | undefined>
  /** Ends a session; whether it was alive. Without a hash whatever its id is. */
  destroy(handle: string, hash: string | undefined, now: number): PromiseLike<boolean>
  /** Ends every session of a subject that has been created; how many were alive. */
  destroyAll(sub: string, now: number): PromiseLike<number>
  /** The sessions of a subject that are alive, the oldest first. */
  list(sub: string, now: number): PromiseLike<readonly StoredSession[]>
}
