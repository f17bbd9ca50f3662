/** A token that is taken back. */
export interface RevokedToken {
  /** Its `iss`. */
  readonly issuer: string
  /** Its `jti`. */
  readonly id: string
  /** For how long to remember it at least, in milliseconds. Afterwards nobody takes it any more. */
  readonly ttl: number
}

/** A session all of whose tokens are taken back. */
export interface RevokedSession {
  /** The `iss` of its tokens. */
  readonly issuer: string
  /** Their `sid`. */
  readonly session: string
  /** For how long to remember it at least, in milliseconds. Afterwards nobody takes a token of it any more. */
  readonly ttl: number
}

/** A subject all of whose tokens are taken back. */
export interface RevokedSubject {
  /** The `iss` of its tokens. */
  readonly issuer: string
  /** Their `sub`. */
  readonly subject: string
  /** The least value of the new epoch, in epoch milliseconds: the time of who asks. */
  readonly at: number
  /** For how long to remember it at least, in milliseconds. Afterwards nobody takes a token of an earlier epoch any more. */
  readonly ttl: number
}

/** Whose revocation is looked for. What is left out is not looked for. */
export interface RevocationQuery {
  /** The `iss`. */
  readonly issuer: string
  /** The `jti`. */
  readonly id?: string | undefined
  /** The `sid`. */
  readonly session?: string | undefined
  /** The `sub`. */
  readonly subject?: string | undefined
}

/** What is known of a token. */
export interface Revocation {
  /** Whether this very token, or its session, was taken back. */
  readonly revoked: boolean
  /** The epoch of its subject; a token of an earlier one was taken back. 0 for none. */
  readonly epoch: number
}

/**
 * Remembers which tokens were taken back: single ones by (issuer, id), those of a session by (issuer, session), all of a
 * subject by an epoch, a number that only grows. An implementation must tell the pair (issuer, id) `a`, `bc` from `ab`, `c`,
 * and an id from a session of the same name. Each is 1 to 1,024 bytes of UTF-8, without U+0000 and lone surrogates. Proven by
 * `revocationStoreConformance`.
 *
 * A method that rejects makes the token service refuse: nobody is let in because a store is away.
 */
export interface RevocationStore {
  /** Remembers a token, or a session; the longer of two times counts. Effective once it resolves. */
  revoke(revoked: RevokedToken | RevokedSession): Promise<void>
  /**
   * Raises the epoch of a subject, in one atomic step, to the greater of `at` and the present one plus 1, and gives the new
   * one. The longer of two times counts. Effective once it resolves.
   */
  revokeAll(subject: RevokedSubject): Promise<number>
  /** What is known now, in one answer. */
  find(query: RevocationQuery): Promise<Revocation>
}
