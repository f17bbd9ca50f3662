/** How much of what others do meanwhile a unit sees: the levels of SQL. */
export type Isolation = 'read committed' | 'repeatable read' | 'serializable'

/**
 * What `run` does where a unit is open already: join it (`required`), run within it so that it can fail alone
 * (`nested`), run beside it (`requires_new`), insist on one (`mandatory`) or on none (`never`).
 */
export type Propagation = 'required' | 'nested' | 'requires_new' | 'mandatory' | 'never'

/** Options of {@link UnitOfWork.run}. */
export interface RunOptions {
  /** What happens where a unit is open already. @defaultValue 'required' */
  readonly propagation?: Propagation
  /** What a new unit sees of others. A unit that is joined keeps its own; asking for another is refused. @defaultValue 'read committed' */
  readonly isolation?: Isolation
  /** Refuses writes in a new unit. @defaultValue false */
  readonly readOnly?: boolean
  /** Ends the unit: nothing is kept, and `run` rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** The unit that is open: what a function may do beside its work. */
export interface Unit {
  /** Aborts when the unit is no longer wanted. */
  readonly signal: AbortSignal | undefined
  /** Calls `hook` right before the commit, in order; one that fails rolls all back. */
  beforeCommit(hook: () => unknown): void
  /**
   * Calls `hook` once all is committed, the outermost unit included, in order. One that throws changes nothing; it is
   * reported as a process warning.
   */
  afterCommit(hook: () => unknown): void
}

/**
 * Runs work of which all is kept or nothing: the port that application code sees.
 *
 * A unit ends when its function has: a return commits, a throw rolls back. It is ambient: a `run` called from within,
 * directly or deep below, finds it. Where the store gives up a unit for the sake of others (a serialization failure or a
 * deadlock, 40001 and 40P01 in SQL), the function is run again from its beginning, up to five times, so what it does
 * outside the unit must stand repetition; nested units are not run again by themselves.
 *
 * An adapter is a unit of work when it passes `unitOfWorkConformance` of `@base/domain/testing`.
 *
 * @example
 * await unitOfWork.run(async (tx, unit) => {
 *   const order = await tx.orders.getById(id)
 *   order.place()
 *   await tx.orders.save(order)
 *   unit.afterCommit(() => order.markCommitted())
 * })
 *
 * @see Martin Fowler, Patterns of Enterprise Application Architecture, "Unit of Work"
 */
export interface UnitOfWork<Repos> {
  /**
   * Runs `fn` in a unit, and resolves with what it returned once that is committed.
   *
   * @throws What `fn` threw; {@link TransactionAbortedError} where a failure inside was swallowed, so that nothing could
   * be kept; {@link TransactionRequiredError} and {@link TransactionForbiddenError} for `mandatory` and `never`; the
   * signal's reason.
   */
  run<R>(fn: (tx: Repos, unit: Unit) => R | PromiseLike<R>, options?: RunOptions): Promise<R>
}
