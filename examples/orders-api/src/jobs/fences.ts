/** What a write for a job shows: the token of the lease under which it was begun. */
export interface Fence {
  /** Whose lock it is. */
  readonly job: string
  /** Grows with each holder of the lock. */
  readonly token: bigint
  /** Who counts the tokens: those of another lock cannot be compared with them. */
  readonly countedBy: string
}

/** Lets only the newest holder of a job's lock write. */
export interface Fences {
  /**
   * Lets a holder pass, and none before it from then on; in a unit of work none until it is over.
   *
   * @throws ConflictError `LEASE_LOST` where a newer one has passed.
   * @see Martin Kleppmann, "How to do distributed locking", 2016
   */
  pass(fence: Fence): Promise<void>
}
