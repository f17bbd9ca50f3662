/** Claims that every verified token has; everything else is as its issuer wrote it. Frozen, to any depth. */
export interface TokenClaims {
  /** Who issued it: the `issuer` of the verifier. */
  readonly iss: string
  /** For whom it is; at least one of them is in the `audience` of the verifier. */
  readonly aud: string | readonly string[]
  /** When it ends, in seconds since 1970. */
  readonly exp: number
  /** Whom it is about, unique within its issuer. */
  readonly sub?: string
  /** Since when it is valid, in seconds since 1970. */
  readonly nbf?: number
  /** When it was issued, in seconds since 1970. */
  readonly iat?: number
  /** Its id, unique within its issuer. */
  readonly jti?: string
  /** Any other claim. */
  readonly [claim: string]: unknown
}

/** Claims of an access token, `typ: at+jwt`. @see RFC 9068, section 2.2 */
export interface AccessClaims extends TokenClaims {
  /** Whom it is about, unique within its issuer. */
  readonly sub: string
  /** When it was issued, in seconds since 1970. */
  readonly iat: number
  /** Its id, unique within its issuer. */
  readonly jti: string
  /** The client that it was issued to. */
  readonly client_id: string
  /** What it may be used for, as names with a space between them. */
  readonly scope?: string
  /** Roles of the subject. */
  readonly roles?: readonly string[]
  /** Permissions of the subject. */
  readonly permissions?: readonly string[]
  /** The session, or the family of refresh tokens, that it belongs to. */
  readonly sid?: string
  /** How often, in a way, all tokens of the subject were revoked when it was issued. Absent for never. */
  readonly epoch?: number
  /** The key that its holder has to prove. @see RFC 7800 */
  readonly cnf?: Confirmation
  /** When the subject last proved who it is, in seconds since 1970. */
  readonly auth_time?: number
  /** How it did: `['pwd', 'otp']`. @see RFC 8176 */
  readonly amr?: readonly string[]
  /** How far that is to be trusted, as a name that both sides know. */
  readonly acr?: string
}

/** Binds a token to a key. */
export interface Confirmation {
  /** The RFC 7638 thumbprint of the holder's public key. @see RFC 9449, section 6.1 */
  readonly jkt?: string
}
