/** Who asks for a key, and with what: the same object is given to every method, from the claim to its end. */
export interface IdempotencyClaim {
  /** The key: a text that is not empty, well-formed, without U+0000, of at most 512 UTF-16 units. */
  readonly key: string
  /** What the request is known by: a digest of 43 characters. */
  readonly fingerprint: string
  /** Whose claim it is: a text that no other claim has. */
  readonly token: string
  /** How long the claim holds unless it is renewed, in whole milliseconds from 1. */
  readonly lease: number
  /** How long an outcome is kept, in whole milliseconds from 1. A claim is remembered for so long after its lease. */
  readonly ttl: number
}

/** The caller has the key now, and runs. */
export interface ClaimedKey {
  /** `run` where nobody had it; `takeover` where another ran, and its lease ended before it did: until there is an outcome. */
  readonly state: 'run' | 'takeover'
  /** Above that of every earlier run of this key. */
  readonly fence: bigint
}

/** Another run has the key. */
export interface HeldKey {
  /** Another runs, and its lease holds. */
  readonly state: 'conflict'
  /** How long its lease holds yet, in whole milliseconds from 1. */
  readonly retryAfter: number
}

/** The key has an outcome. */
export interface DoneKey {
  /** A run with this fingerprint has ended. */
  readonly state: 'replay'
  /** The text that was given to `complete`; `undefined` where none was. */
  readonly outcome: string | undefined
}

/** The key belongs to another request. */
export interface ForeignKey {
  /** The key is known with another fingerprint, be it running, over or done. */
  readonly state: 'mismatch'
}

/** What a store says to a claim. */
export type ClaimAnswer = ClaimedKey | HeldKey | DoneKey | ForeignKey

/** What a method gives: a store in memory answers at once, a server later. */
export type StoreAnswer<T> = T | PromiseLike<T>

/**
 * Where idempotency keeps what runs and what has ended: `memoryIdempotencyStore` for one process, a database for many.
 *
 * A record is absent, running (with a token, a fence and the end of its lease) or done (with an outcome, until its end).
 * Each method is one atomic step, for which one round trip is enough. The store has its own time; a server uses the
 * server's, so that processes need not agree. Its arguments are checked already. It may throw, reject or hang: the caller
 * bounds it. What it must promise is in `idempotencyStoreConformance` of `@base/application/testing`.
 */
export interface IdempotencyStore {
  /**
   * Whether its records are written in the caller's own transaction, and become true with it: leases need no renewal then,
   * and an outcome that cannot be written fails the run, for the transaction must not be committed.
   * @defaultValue false
   */
  readonly transactional?: boolean
  /**
   * Takes the key if it is absent, or if its lease is over and the fingerprint is the same. A token that has the key
   * already gets the same answer once more, so that a claim whose answer was lost may be repeated.
   */
  claim(claim: IdempotencyClaim): StoreAnswer<ClaimAnswer>
  /** Lets the lease of the token hold for `lease` from now, even if it was over; false where the token does not run the key. */
  renew(claim: IdempotencyClaim): StoreAnswer<boolean>
  /**
   * Keeps the outcome for `ttl` from now. A record that the store has lost is written anew, for the run has taken effect.
   * False, and nothing is changed, where another token has the key.
   */
  complete(claim: IdempotencyClaim, outcome: string | undefined): StoreAnswer<boolean>
  /**
   * Gives the key back: it is absent then. Where the token had taken it over, its lease is over instead and nobody runs it,
   * so that the next one takes over as well. False, and nothing is changed, where the token does not run it.
   */
  release(claim: IdempotencyClaim): StoreAnswer<boolean>
}
