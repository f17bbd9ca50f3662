/** What a store knows of a subject. */
export interface StoredTotp {
  /** The secret that signs in; as it was given to {@link TotpStore.enroll}. */
  readonly active?: string | undefined
  /** A secret that waits to be confirmed. */
  readonly pending?: string | undefined
  /** Until when no code is looked at, in milliseconds since 1970. */
  readonly lockedUntil?: number | undefined
}

/** How many attempts there may be. */
export interface TotpLimit {
  /** Attempts without success, from 1; the next is refused. */
  readonly attempts: number
  /** For how many milliseconds, from the last attempt that was let through. */
  readonly lockFor: number
}

/** What came of the wish to try a code. */
export type TotpAttempt =
  | {
      /** It is counted, and may be judged. */
      readonly status: 'open'
      /** The secret that signs in. */
      readonly active?: string | undefined
      /** A secret that waits to be confirmed. */
      readonly pending?: string | undefined
    }
  | {
      /** There were too many, or there is no such subject. */
      readonly status: 'locked' | 'unknown'
    }

/**
 * Where authenticator secrets are kept: {@link memoryTotpStore} for one process, a server for many.
 *
 * Texts are kept as they are given; whether they are encrypted is not the store's to know. `now` is the time of who asks, in
 * milliseconds since 1970; a store that several machines share goes by its own. What a store must promise is in
 * `totpStoreConformance` of `@base/auth/testing`.
 */
export interface TotpStore {
  /** Keeps a secret as pending, in the place of another that is pending. Touches neither the active one nor the attempts. */
  enroll(sub: string, secret: string): PromiseLike<void>
  /**
   * Counts an attempt before it is judged, in one atomic step, so that of many at once no more are judged than may be. When a
   * lock is over the count begins anew; attempts during a lock neither count nor prolong it.
   */
  attempt(sub: string, limit: TotpLimit, now: number): PromiseLike<TotpAttempt>
  /**
   * Takes the code of a step, in one atomic step: `true` for the first who asks, if this is still the active secret and the
   * step is later than each that was taken of it, or if it is still the pending one, which is the active one from then on.
   * Attempts and lock are forgotten then. `false` changes nothing.
   */
  accept(sub: string, secret: string, step: number): PromiseLike<boolean>
  /** What is known of a subject, without counting. */
  find(sub: string, now: number): PromiseLike<StoredTotp | undefined>
  /** Forgets a subject; whether it was known. */
  remove(sub: string): PromiseLike<boolean>
}
