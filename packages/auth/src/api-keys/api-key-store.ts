/** How many secrets of a key are known, the present one and those before it. */
export const MOST_SECRETS = 10

/** What a store is given of a new key. */
export interface NewStoredApiKey {
  /** Names it for the whole of its life: 16 letters and digits, new each time. */
  readonly id: string
  /** Whose it is. */
  readonly ownerId: string
  /** What its owner calls it. */
  readonly name?: string | undefined
  /** What it may be used for: at most 64, each of at most 128 printable ASCII characters. */
  readonly scopes: readonly string[]
  /** The SHA-256 of the key: 43 characters of base64url. */
  readonly hash: string
  /** For how many milliseconds a secret of it is good; `undefined` for no end. */
  readonly ttl?: number | undefined
}

/** One of the secrets that a key has had. */
export interface StoredApiKeySecret {
  /** The SHA-256 of the key with this secret. */
  readonly hash: string
  /** When it ends, in milliseconds since 1970; absent where it has no end. */
  readonly expiresAt?: number | undefined
  /** Whether it has not ended yet, by the store's time. Says nothing of a revocation. */
  readonly isAlive: boolean
}

/** A key, as a store keeps it. Times are milliseconds since 1970. */
export interface StoredApiKey {
  /** Names it; no secret. */
  readonly id: string
  /** Whose it is. */
  readonly ownerId: string
  /** What its owner calls it. */
  readonly name?: string | undefined
  /** What it may be used for. */
  readonly scopes: readonly string[]
  /** When it was made. */
  readonly createdAt: number
  /** When it was last used, as far as it was noted. */
  readonly lastUsedAt?: number | undefined
  /** When it was revoked. */
  readonly revokedAt?: number | undefined
  /** The last ten of its secrets, the present one first. The key ends with that one. */
  readonly secrets: readonly StoredApiKeySecret[]
}

/** A new secret for a key. */
export interface ApiKeyRotation {
  /** The SHA-256 of the key with the new secret, which is good for as long as the first one was. */
  readonly hash: string
  /** For how many milliseconds, from 0, those before it are good at most: each until then, or until its own end if that is earlier. */
  readonly overlap: number
}

/**
 * Where API keys are kept: {@link memoryApiKeyStore} for one process, a server for many.
 *
 * Each method is one atomic step. `now` is the time of the service that asks, in milliseconds since 1970; a store that several
 * machines share goes by its own time instead. Arguments are checked already. A key that was revoked or has ended is still known
 * for a week, so that it is told apart from an invented one, and may be forgotten then; a revoked one is never good again. A
 * failure rejects. What a store must promise is in `apiKeyStoreConformance` of `@base/auth/testing`.
 */
export interface ApiKeyStore {
  /** Adds a key, and gives it as it is then. */
  create(key: NewStoredApiKey, now: number): PromiseLike<StoredApiKey>
  /** A key, alive or not. Changes nothing. */
  find(id: string, now: number): PromiseLike<StoredApiKey | undefined>
  /** Gives a key that is alive a new secret, and gives it as it is then; `undefined` where there is none, and nothing has changed. */
  rotate(id: string, rotation: ApiKeyRotation, now: number): PromiseLike<StoredApiKey | undefined>
  /**
   * Notes that a key is used now. One that is not known stays so. Asked for about once a minute for each key by each process, and
   * not waited for if it takes long; a failure is ignored.
   */
  touch(id: string, now: number): PromiseLike<void>
  /** Revokes a key with all its secrets, for good; whether it was alive. */
  revoke(id: string, now: number): PromiseLike<boolean>
  /** Revokes every key of an owner that has been created; how many were alive. */
  revokeAll(ownerId: string, now: number): PromiseLike<number>
  /** The keys of an owner that are alive, the oldest first. */
  list(ownerId: string, now: number): PromiseLike<readonly StoredApiKey[]>
}
