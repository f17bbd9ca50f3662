import type { Duration } from '@base/core/duration'
import type { ForbiddenError } from '@base/core/errors'
import type { Result } from '@base/core/result'
import type { AuthError } from '../errors/auth-error.js'

/** What a new key is for. Takes these fields alone, so that the rest of a body changes nothing. */
export interface NewApiKey {
  /** Whose it is: of the caller's session, never of the request's body. 1 to 1,024 bytes of UTF-8. */
  readonly ownerId: string
  /** What it may be used for: at most 64 names such as `orders:read`, printable ASCII without spaces and quotes. */
  readonly scopes: readonly string[]
  /** What its owner calls it, 1 to 1,024 bytes of UTF-8. @defaultValue none */
  readonly name?: string | undefined
  /** For how long it is good, and each secret that a rotation gives it; `Infinity` for no end. @defaultValue the `ttl` of `createApiKeys` */
  readonly ttl?: Duration | undefined
}

/** A key that was made just now, or got a new secret. */
export interface IssuedApiKey {
  /** Names it in lists, for rotation and revocation; also a part of the key. No secret. */
  readonly id: string
  /** What its holder sends: `<prefix>_<id>_<secret><checksum>`. A secret: show it once, for nobody can show it again. */
  readonly key: string
  /** When it ends, in milliseconds since 1970; absent where it has no end. */
  readonly expiresAt?: number
}

/** A key, as its owner may see it. Times are milliseconds since 1970. */
export interface ApiKey {
  /** Names it. No secret. */
  readonly id: string
  /** Whose it is. */
  readonly ownerId: string
  /** What its owner calls it. */
  readonly name?: string
  /** What it was made for. */
  readonly scopes: readonly string[]
  /** When it was made. */
  readonly createdAt: number
  /** When it was last used before, to a minute; absent where it never was. */
  readonly lastUsedAt?: number
  /** When it ends; absent where it has no end. */
  readonly expiresAt?: number
}

/** A key that was presented and is good. */
export interface VerifiedApiKey extends ApiKey {
  /** What it may be used for now: what it was made for, of which its owner may still do. */
  readonly scopes: readonly string[]
  /** When what was presented ends: for one that was replaced, the end of the overlap. */
  readonly expiresAt?: number
  /** Whether a rotation has replaced what was presented, so that its holder should be told. */
  readonly isReplaced: boolean
}

/** Options of {@link ApiKeys.verify}. */
export interface VerifyApiKeyOptions {
  /** What it is to be used for; of several names, with spaces between, it needs each. @defaultValue nothing: any good key */
  readonly scope?: string | undefined
  /** Gives up, with its reason. */
  readonly signal?: AbortSignal | undefined
}

/** Options of {@link ApiKeys.revoke}. */
export interface OwnedApiKeyOptions {
  /** Whose it has to be: of another's it is as if there were none. @defaultValue anybody's: check before whose it is */
  readonly ownerId?: string | undefined
}

/** Options of {@link ApiKeys.rotate}. */
export interface RotateApiKeyOptions extends OwnedApiKeyOptions {
  /** For how long the key before is good too, but never longer than it was; 0 where it has leaked. @defaultValue the `overlap` of `createApiKeys` */
  readonly overlap?: Duration | undefined
}

/** Keys of programs; made by `createApiKeys`. Every method rejects with an UnavailableError where the store fails. */
export interface ApiKeys {
  /**
   * Makes a key.
   *
   * @throws InvalidOptionError for a wrong argument; ForbiddenError for scopes that its owner does not have, where `ownerScopes`
   * is given.
   */
  create(key: NewApiKey): Promise<IssuedApiKey>
  /**
   * Whether a key is good, and for this. Nothing that a caller sends makes it throw. Form and checksum are judged before the
   * store is asked, so that most of what is tried costs nothing.
   *
   * An AuthError (401) says that it is not good, a ForbiddenError (403) of code `API_KEY_SCOPE` that it is good, but not for this.
   *
   * @throws InvalidOptionError for a scope that is none; what `ownerScopes` throws; the signal's reason.
   */
  verify(
    key: unknown,
    options?: VerifyApiKeyOptions,
  ): Promise<Result<VerifiedApiKey, AuthError | ForbiddenError>>
  /**
   * Gives a key that is alive a new secret, and a life as long as at first. What was its key is good for the overlap: time to
   * hand the new one out. An answer that was lost costs nothing: rotate again, and the key in use is good as long as it was.
   * Of ten rotations within one overlap the oldest key is forgotten.
   *
   * @throws NotFoundError where there is none that is alive, or it is another's; InvalidOptionError for a wrong option.
   */
  rotate(id: string, options?: RotateApiKeyOptions): Promise<IssuedApiKey>
  /** Ends a key at once and for good, with what rotations have replaced; whether it was alive. */
  revoke(id: string, options?: OwnedApiKeyOptions): Promise<boolean>
  /** Ends every key of an owner; how many were alive. @throws InvalidOptionError for an owner that is none. */
  revokeAll(ownerId: string): Promise<number>
  /** The keys of an owner that are alive, the oldest first, without secrets. @throws InvalidOptionError for an owner that is none. */
  list(ownerId: string): Promise<readonly ApiKey[]>
}
