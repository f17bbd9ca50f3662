import type { Result } from '@base/core/result'
import type { AuthError } from '../../errors/auth-error.js'
import type { AccessClaims } from '../claims.js'
import type { Verifier, VerifyOptions } from '../verifier/verifier.js'

/** What a new access token says. */
export interface AccessInput {
  /** Whom it is about. 1 to 1,024 bytes of UTF-8, without U+0000 and lone surrogates. */
  readonly sub: string
  /** The client that it is issued to. */
  readonly clientId: string
  /** What it may be used for: names with a space between them, or a list of names. */
  readonly scope?: string | readonly string[] | undefined
  /** Roles of the subject. */
  readonly roles?: readonly string[] | undefined
  /** Permissions of the subject. */
  readonly permissions?: readonly string[] | undefined
  /** The session, or the family of refresh tokens, that it belongs to. Of the same form. */
  readonly sid?: string | undefined
  /** The RFC 7638 thumbprint of the key that its holder has to prove (DPoP). */
  readonly jkt?: string | undefined
  /** When the subject last proved who it is, in seconds since 1970. */
  readonly authTime?: number | undefined
  /** How it did: `['pwd', 'otp']`. */
  readonly amr?: readonly string[] | undefined
  /** How far that is to be trusted. */
  readonly acr?: string | undefined
}

/** An access token, and what is in it. */
export interface IssuedToken {
  /** For the client. It is a secret: whoever has it can use it. */
  readonly token: string
  /** What it says. Frozen. */
  readonly claims: AccessClaims
}

/** Issues access tokens, judges them, and takes them back. Made by `createTokenService`. */
export interface TokenService extends Verifier {
  /** Who issues: the `iss` of every token. */
  readonly issuer: string
  /** How long a token lives, in milliseconds. */
  readonly accessTtl: number
  /**
   * Signs an access token of the type `at+jwt` (RFC 9068).
   *
   * @throws InvalidOptionError for a wrong input, or one that makes a token of more than 8 KiB; UnavailableError where the
   * keys or the revocations cannot be read.
   */
  issueAccess(input: AccessInput): Promise<IssuedToken>
  /** Judges a token of this service: what a `Verifier` checks, and that it was not revoked. */
  verifyAccess(token: string, options?: VerifyOptions): Promise<Result<AccessClaims, AuthError>>
  /**
   * Takes one token back, by its claims or its `jti`; it stays so for as long as anyone would take it, whatever their
   * `clockSkew`. By its `jti` alone, for as long as one that lives for `longestTtl`.
   *
   * @throws InvalidOptionError also for claims of another issuer; UnavailableError where the store could not note it.
   */
  revoke(token: Pick<AccessClaims, 'jti' | 'exp'> | string): Promise<void>
  /**
   * Takes every token back that has that `sid`: for the end of a session, or of a family of refresh tokens, where the refresh
   * service does it by itself. A `sid` that has ended must not be used again.
   *
   * @throws UnavailableError where the store could not note it.
   */
  revokeSession(sid: string): Promise<void>
  /**
   * Takes every token back that the subject has by now. A token that is issued afterwards is good.
   *
   * @throws UnavailableError where the store could not note it.
   */
  revokeAll(sub: string): Promise<void>
}
