import type { Duration } from '@base/core/duration'
import type { Result } from '@base/core/result'
import type { Secret } from '@base/core/secret'
import type { AuthError } from '../errors/auth-error.js'
import type { OidcClaims } from './providers/provider-settings.js'

/** What a call may be given. */
export interface OidcCallOptions {
  /** Ends the wait; the call rejects with its reason. */
  readonly signal?: AbortSignal | undefined
}

/** Options of {@link OidcClient.begin}. */
export interface BeginOptions extends OidcCallOptions {
  /** Where the provider sends the browser back to: an https URL, registered there as it is. */
  readonly redirectUri: string | URL
  /** Where your site shall go on afterwards: a path of it. Take `safeReturnTo` for one out of a request. @defaultValue '/' */
  readonly returnTo?: string | undefined
  /**
   * The transaction id that the browser has already, as {@link OidcClient.readCookie} gives it, so that a sign-in in another tab
   * can end too. What is none is left out.
   * @defaultValue a new one
   */
  readonly transactionId?: string | undefined
  /** What the provider shall ask the user for; `none` asks nothing, and fails where it must. @defaultValue the provider decides */
  readonly prompt?: 'none' | 'login' | 'consent' | 'select_account' | undefined
  /** The account that the user probably means. @defaultValue none */
  readonly loginHint?: string | undefined
  /**
   * How long ago the user may have signed in at the provider: whole seconds, and checked on the way back. For providers with id
   * tokens alone.
   * @defaultValue any time
   */
  readonly maxAge?: Duration | undefined
}

/** A sign-in that was begun. */
export interface BegunSignIn {
  /** Where to send the browser. */
  readonly url: string
  /** What the browser must bring back: a secret between you and this browser. The cookie carries it. */
  readonly transactionId: string
  /** The value of the `Set-Cookie` header that gives it to the browser. */
  readonly cookie: string
}

/** What a provider gave to act for the user. They print as `[secret]`; `reveal()` reads them. */
export interface OidcTokens {
  /** For the provider's API. */
  readonly accessToken: Secret<string>
  /** For a new access token, where the provider gave one. */
  readonly refreshToken?: Secret<string>
  /** The id token, for {@link OidcClient.logoutUrl}. */
  readonly idToken?: Secret<string>
  /** When the access token ends, in milliseconds since 1970, where the provider has said so. */
  readonly expiresAt?: number
  /** What was granted, where that is not what was asked for. */
  readonly scope?: string
}

/** Whose an account is: both together are its only name. An e-mail address is none, for anybody may claim one. */
export interface OidcAccount {
  /** Who says so. */
  readonly issuer: string
  /** The issuer's name for the user. */
  readonly subject: string
}

/** A user who has signed in. */
export interface OidcIdentity extends OidcAccount {
  /** What the provider says of the user, frozen. `email` means something only where you trust that issuer with it. */
  readonly claims: OidcClaims
  /** Where your site shall go on: what was given to {@link OidcClient.begin}, safe to redirect to. */
  readonly returnTo: string
  /** What the provider gave to act for the user. */
  readonly tokens: OidcTokens
}

/** Why a sign-in has not ended well. */
export interface OidcRefusal extends AuthError {
  /**
   * Where your site would have gone on, safe to redirect to: for another attempt, such as one without `prompt: 'none'`. Absent where it
   * is not sure that the answer belongs to a sign-in of this browser.
   */
  readonly returnTo?: string
}

/** Options of {@link OidcClient.logoutUrl}. */
export interface LogoutOptions extends OidcCallOptions {
  /** The id token of the sign-in, so that the provider knows who leaves. */
  readonly idToken?: string | Secret<string> | undefined
  /** Where the provider sends the browser afterwards: registered there. */
  readonly postLogoutRedirectUri?: string | URL | undefined
  /** Comes back as the parameter `state`. */
  readonly state?: string | undefined
}

/**
 * Signs users in with a provider; made by `createOidcClient`.
 *
 * Every method rejects with an UnavailableError where the provider cannot be asked, at the latest when the `timeout` is over, or where
 * the store fails; with the signal's reason where it aborts; with an InvalidOptionError for a wrong argument.
 */
export interface OidcClient {
  /** Begins a sign-in: send the browser to `url`, with `cookie`. */
  begin(options: BeginOptions): Promise<BegunSignIn>
  /**
   * Ends a sign-in with the request that the provider sent the browser back with. Nothing in it makes this throw. A sign-in can be
   * ended once, in the browser that began it, with the client that began it.
   *
   * @param url The request's URL; behind a proxy that changes its origin, its path and query alone.
   * @param transactionId What {@link OidcClient.readCookie} gives.
   */
  complete(
    url: string | URL,
    transactionId: string | undefined,
    options?: OidcCallOptions,
  ): Promise<Result<OidcIdentity, OidcRefusal>>
  /** New tokens for a refresh token of an account. Where a new id token comes with them it must be of the same account. */
  refresh(
    refreshToken: string | Secret<string>,
    account: OidcAccount,
    options?: OidcCallOptions,
  ): Promise<Result<OidcTokens, AuthError>>
  /**
   * What the provider's UserInfo endpoint says of an account; it must speak of the same subject.
   *
   * @throws UnsupportedError where the provider has none.
   */
  userInfo(
    accessToken: string | Secret<string>,
    account: OidcAccount,
    options?: OidcCallOptions,
  ): Promise<Result<OidcClaims, AuthError>>
  /** Gives a token back. @throws UnsupportedError where the provider has no place for that. */
  revoke(token: string | Secret<string>, options?: OidcCallOptions): Promise<Result<void, AuthError>>
  /** Where to send the browser to sign out at the provider too. @throws UnsupportedError where that is not possible. */
  logoutUrl(options?: LogoutOptions): Promise<string>
  /** The transaction id in a `Cookie` header, in the only form that one has. */
  readCookie(header: string | null | undefined): string | undefined
  /** The value of the `Set-Cookie` header that takes the cookie away. Sign-ins in other tabs end with it. */
  clearCookie(): string
}
