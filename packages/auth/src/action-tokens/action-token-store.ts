/** What a store is given of a new token. */
export interface NewActionToken {
  /** What it is good for; tokens of another purpose do not know it. */
  readonly purpose: string
  /** Names its row: 24 characters of base64url, new each time. */
  readonly handle: string
  /** The SHA-256 of the token: 43 characters of base64url. */
  readonly hash: string
  /** Whose it is. */
  readonly sub: string
  /** What the service wants back as it is: a text of at most 16,384 characters. */
  readonly data: string
  /** What the service compares, at most 43 characters. */
  readonly state?: string | undefined
  /** For how many milliseconds it is good. */
  readonly ttl: number
}

/** Which token is meant, by who knows it. */
export interface ActionTokenKey {
  /** What it is wanted for; a token of another purpose is not it. */
  readonly purpose: string
  /** Its row. */
  readonly handle: string
  /** The hash of its text; another one means nothing. */
  readonly hash: string
}

/** A token, as a store keeps it. */
export interface StoredActionToken {
  /** Whose it is. */
  readonly sub: string
  /** What the service gave. */
  readonly data: string
  /** What the service compares. */
  readonly state?: string | undefined
  /** When it ends, in milliseconds since 1970. */
  readonly expiresAt: number
}

/**
 * Where action tokens are kept: {@link memoryActionTokenStore} for one process, a server for many.
 *
 * Each method is one atomic step. `now` is the time of the service that asks, in milliseconds since 1970; a store that several
 * machines share goes by its own time instead. Arguments are checked already. A token that is taken, removed or over is never
 * seen again. A failure rejects. What a store must promise is in `actionTokenStoreConformance` of `@base/auth/testing`.
 */
export interface ActionTokenStore {
  /** Adds a token. Others of its subject stay. */
  add(token: NewActionToken, now: number): PromiseLike<void>
  /** A token that is good. Changes nothing. */
  find(key: ActionTokenKey, now: number): PromiseLike<StoredActionToken | undefined>
  /**
   * Takes a token that is good, and with it every other token of its subject and purpose. Of many that take tokens of one
   * subject and purpose at once, the same or several, one succeeds.
   */
  take(key: ActionTokenKey, now: number): PromiseLike<StoredActionToken | undefined>
  /** Takes away every token of a subject and purpose that was added; how many were good. */
  removeAll(purpose: string, sub: string, now: number): PromiseLike<number>
}
