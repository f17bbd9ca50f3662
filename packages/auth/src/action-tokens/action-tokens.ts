import type { Result } from '@base/core/result'
import type { AuthError } from '../errors/auth-error.js'

/** A token that was made. */
export interface IssuedActionToken {
  /** 68 characters that need no encoding in a URL. A secret: send it to its owner, and write it nowhere. */
  readonly token: string
  /** When it ends, in milliseconds since 1970. */
  readonly expiresAt: number
}

/** What a token says. */
export interface ActionGrant<Data = unknown> {
  /** Whose it is. */
  readonly sub: string
  /** What it was issued with. */
  readonly data: Data
  /** When it ends, in milliseconds since 1970. */
  readonly expiresAt: number
}

/** Tokens that allow one thing once, such as a new password; made by `createActionTokens`. */
export interface ActionTokens<Data = unknown> {
  /**
   * Makes a token for a subject. Earlier ones stay good, since mails overtake each other. `data` comes back with it, at most
   * 16,384 characters as JSON: put in what must be true when it is used, such as the address that it proves. It may be left out
   * where `Data` may be `undefined`.
   *
   * @throws InvalidOptionError for a wrong argument; UnavailableError where the store fails; what `state` throws.
   */
  issue(
    sub: string,
    ...given: undefined extends Data ? [data?: Data] : [data: Data]
  ): Promise<IssuedActionToken>
  /**
   * What a token says, without using it: for the page that asks for the new password, which programs that look at links
   * open too. Every reason to refuse is one error, `ACTION_TOKEN_INVALID`; nothing that a caller sends makes it throw.
   *
   * @throws UnavailableError where the store fails; what `state` throws.
   */
  verify(token: string): Promise<Result<ActionGrant<Data>, AuthError>>
  /**
   * Uses a token, and ends all others of its subject and purpose. Of many that redeem at once one succeeds. Every reason to
   * refuse is one error, `ACTION_TOKEN_INVALID`; nothing that a caller sends makes it throw.
   *
   * @throws UnavailableError where the store fails, and what `state` throws: then the token may be used up.
   */
  redeem(token: string): Promise<Result<ActionGrant<Data>, AuthError>>
  /**
   * Ends all tokens of a subject and this purpose; how many were good. Call it where the account changes in a way that
   * `state` does not show.
   *
   * @throws InvalidOptionError for a wrong subject; UnavailableError where the store fails.
   */
  revokeAll(sub: string): Promise<number>
}
