import type { Result } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import type { RefreshSignIn } from './sign-in.js'

/** What a client gets. */
export interface RefreshTokens {
  /** A new access token; its `sid` is the family. */
  readonly accessToken: string
  /** The only refresh token of the family that is good now, 68 characters of base64url. */
  readonly refreshToken: string
  /** The family: one for each sign-in, the same for all its tokens. No secret. */
  readonly familyId: string
}

/** Who asks for a rotation. */
export interface RotateOptions {
  /** The client, as your service has authenticated it; for a public client, as it says. It must be that of the sign-in. */
  readonly clientId: string
  /**
   * What the access token may be used for: names of what was granted at the sign-in, never others. The refresh token stays one
   * for all that was granted.
   * @defaultValue all that was granted
   */
  readonly scope?: string | undefined
  /** The thumbprint of the key that the client has just proved, out of `verifyDpop`. Must be that of the sign-in, if it had one. */
  readonly jkt?: string | undefined
  /** Ends the call with the signal's reason, unless the store is rotating: that is waited for. */
  readonly signal?: AbortSignal | undefined
}

/** A family that is alive, for the list of a user's sessions. Times are milliseconds since 1970. */
export interface RefreshSession {
  /** Names it, for {@link RefreshService.revokeFamily}. */
  readonly familyId: string
  /** Who signed in. */
  readonly sub: string
  /** Through which client. */
  readonly clientId: string
  /** What its tokens may be used for. */
  readonly scope?: string
  /** The thumbprint of the key that its tokens are bound to. */
  readonly jkt?: string
  /** What the sign-in was called. */
  readonly label?: string
  /** When the subject proved who it is. */
  readonly authenticatedAt: number
  /** When the family began. */
  readonly createdAt: number
  /** When its present token was made. */
  readonly lastUsedAt: number
  /** When it ends if it is not used before. */
  readonly idleExpiresAt: number
  /** When it ends at the latest. */
  readonly expiresAt: number
}

/** Refresh tokens that are rotated at each use; made by {@link createRefreshService}. */
export interface RefreshService {
  /**
   * Starts a family for a sign-in.
   *
   * @throws InvalidOptionError for a wrong argument; UnavailableError where the store fails, and whatever the issuer of access
   * tokens throws.
   */
  start(signIn: RefreshSignIn): Promise<RefreshTokens>
  /**
   * Exchanges a refresh token for new ones. Nothing that a client sends makes it throw: it is refused with `REFRESH_INVALID`
   * (not ours, another client's, another key's, a wider scope), `REFRESH_EXPIRED`, `REFRESH_REUSED` (the family has just been
   * revoked, with its access tokens, whatever scope was asked for) or `REFRESH_REVOKED`.
   *
   * @throws UnavailableError where the store fails, and whatever the issuer of access tokens throws: the same token may then
   * be presented again.
   */
  rotate(token: string, options: RotateOptions): Promise<Result<RefreshTokens, AuthError>>
  /**
   * Revokes the family of a refresh token, of any generation, and its access tokens; whether it was alive. A token that
   * nobody knows is none.
   *
   * @throws UnavailableError where the store fails, and whatever the issuer throws.
   */
  revoke(
    token: string,
    options?: {
      /** Revokes only what is this client's. @defaultValue any client's */
      readonly clientId?: string | undefined
    },
  ): Promise<boolean>
  /**
   * Revokes a family, and its access tokens by the issuer's `revokeSession`; whether it was alive. Both are tried,
   * whichever fails; called again, both are tried again, also of a family that has ended.
   *
   * @throws UnavailableError where the store fails, and whatever the issuer throws.
   */
  revokeFamily(
    familyId: string,
    options?: {
      /** Revokes only what is this subject's: give it wherever the id comes from a user. @defaultValue any subject's */
      readonly sub?: string | undefined
    },
  ): Promise<boolean>
  /**
   * Revokes every family of a subject, and every access token by the issuer's `revokeAll`; how many families were alive.
   * Both are tried, whichever fails. A family that `start` makes afterwards is not ended, though its password was looked at
   * before: where a password was replaced, look again once `start` has made it.
   *
   * @throws UnavailableError where the store fails, and whatever the issuer throws.
   */
  revokeAll(sub: string): Promise<number>
  /** The families of a subject that are alive, the oldest first. @throws UnavailableError where the store fails. */
  sessions(sub: string): Promise<readonly RefreshSession[]>
  /**
   * The family of a refresh token that could be rotated now, and `undefined` for any other. Changes nothing: for
   * introspection.
   *
   * @throws UnavailableError where the store fails.
   */
  inspect(token: string): Promise<RefreshSession | undefined>
}
