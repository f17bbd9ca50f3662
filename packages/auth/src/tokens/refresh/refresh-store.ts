/** What a store is given of a sign-in. Everything in it stays as it is. */
export interface NewRefreshFamily {
  /** Names it: 24 characters of base64url, new each time. */
  readonly id: string
  /** Who signed in. */
  readonly sub: string
  /** Through which client. */
  readonly clientId: string
  /** The thumbprint of the DPoP key that all its tokens are bound to, if they are. */
  readonly jkt?: string | undefined
  /** What its tokens may be used for, at first. */
  readonly scope?: string | undefined
  /** What the service wants back as it is: a text of at most some kilobytes. */
  readonly data: string
  /** The hash of the first token: 43 characters of base64url. */
  readonly hash: string
  /** For how many milliseconds a token may lie unused. */
  readonly idleTtl: number
  /** For how many milliseconds the family may live, however much it is used. */
  readonly absoluteTtl: number
}

/** A family, as a store keeps it. Times are milliseconds since 1970. */
export interface RefreshFamily {
  /** Names it; no secret. */
  readonly id: string
  /** Who signed in. */
  readonly sub: string
  /** Through which client. */
  readonly clientId: string
  /** The thumbprint of the DPoP key that its tokens are bound to. */
  readonly jkt?: string | undefined
  /** What its present token may be used for. */
  readonly scope?: string | undefined
  /** What the service gave. */
  readonly data: string
  /** When it began. */
  readonly createdAt: number
  /** When its present token was made. */
  readonly lastUsedAt: number
  /** When its present token ends by lying unused; never later than `expiresAt`. */
  readonly idleExpiresAt: number
  /** When it ends at the latest. */
  readonly expiresAt: number
}

/**
 * Where a token stands. The first that holds counts: its family is revoked; its family's time is over (`expired`); it has
 * been replaced by a later one (`rotated`); it lay unused for too long (`expired`).
 */
export type RefreshStatus = 'active' | 'rotated' | 'expired' | 'revoked'

/** A token that a store knows. */
export interface RefreshRecord {
  /** Where it stands. */
  readonly status: RefreshStatus
  /** Its family. */
  readonly family: RefreshFamily
}

/** The replacement of one token by the next. */
export interface RefreshRotation {
  /** Whose. */
  readonly familyId: string
  /** The hash of the token that was presented. */
  readonly parent: string
  /** The token that is to take its place. */
  readonly child: {
    /** Its hash. */
    readonly hash: string
    /** What it may be used for. */
    readonly scope?: string | undefined
    /** The token itself, encrypted: kept for the grace, for who presents the parent again; `undefined` without a grace. */
    readonly sealed?: string | undefined
    /** For how many milliseconds it may lie unused. */
    readonly idleTtl: number
  }
  /**
   * For how many milliseconds after its rotation the parent may be presented again, from 0: that of who asks now, whatever it was
   * rotated with.
   */
  readonly grace: number
}

/** What came of a {@link RefreshRotation}. */
export type RefreshRotationOutcome =
  | {
      /**
       * `rotated`: the child is the family's present token. `reused`: the parent had been replaced for good, so somebody has a
       * copy, and this very step has revoked the family. `revoked`, `expired`, `unknown`: nothing has changed.
       */
      readonly status: 'rotated' | 'reused' | 'revoked' | 'expired' | 'unknown'
    }
  | {
      /** The parent was rotated less than `grace` ago, and what took its place is unused: that child. */
      readonly status: 'repeated'
      /** The child, as it was kept. */
      readonly sealed: string
      /** What the child may be used for. */
      readonly scope?: string | undefined
    }

/**
 * Where a refresh service keeps its families: {@link memoryRefreshStore} for one process, a server for many.
 *
 * Each method is one atomic step. `now` is the time of the service that asks, in milliseconds since 1970; a store that
 * several machines share goes by its own time instead, so that their clocks need not agree. Arguments are checked already.
 * A family that ended is still known for a week, so that its tokens are told apart from invented ones, and may be
 * forgotten then. A failure rejects. What a store must promise is in `refreshStoreConformance` of `@base/auth/testing`.
 */
export interface RefreshStore {
  /** Adds a family with its first token. */
  start(family: NewRefreshFamily, now: number): PromiseLike<void>
  /**
   * The token of a family, of any generation, also of one that has ended; its present token without a hash. `undefined` where
   * there is none. Changes nothing.
   */
  find(familyId: string, hash: string | undefined, now: number): PromiseLike<RefreshRecord | undefined>
  /**
   * Replaces a token by the next one. It judges, in this order: no such token, `unknown`; the family is revoked, or its time
   * is over; the token was replaced before, `repeated` within the grace while its child is unused and kept sealed,
   * otherwise `reused`; the token lay unused for too long, `expired`; otherwise `rotated`. Of many at once exactly one
   * rotates. A revocation that has happened wins over every later step.
   */
  rotate(rotation: RefreshRotation, now: number): PromiseLike<RefreshRotationOutcome>
  /** Revokes a family for good; whether it was alive. */
  revokeFamily(familyId: string, now: number): PromiseLike<boolean>
  /** Revokes every family of a subject that has been started; how many were alive. */
  revokeAll(sub: string, now: number): PromiseLike<number>
  /** The families of a subject that are alive: not revoked, not over, their present token not expired. The oldest first. */
  list(sub: string, now: number): PromiseLike<readonly RefreshFamily[]>
}
