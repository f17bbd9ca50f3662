/**
 * How a run relates to the unit that is open around it.
 *
 * - `required`: joins it, or opens one. Its failure fails the whole unit, even where the caller swallows it.
 * - `nested`: a part of it that can fail alone (a savepoint), or opens one.
 * - `requires_new`: a unit of its own, whatever becomes of the other. Kind `unsupported` where there is one connection alone.
 * - `mandatory`: joins it, and refuses to run without.
 * - `never`: refuses to run within one; opens one.
 */
export type Propagation = 'required' | 'nested' | 'requires_new' | 'mandatory' | 'never'

/** What a unit sees of others: SQL's levels, with PostgreSQL's meaning. */
export type Isolation = 'read committed' | 'repeatable read' | 'serializable'

/** Options of {@link UnitOfWork.run}. */
export interface RunOptions {
  /** How it relates to the unit around it. @defaultValue 'required' */
  readonly propagation?: Propagation | undefined
  /** What it sees of others. A run that joins must name the level that the unit was run with, or none. @defaultValue the adapter's, usually 'read committed' */
  readonly isolation?: Isolation | undefined
  /** Refuses writes. A run that joins must say what the unit says, or nothing. @defaultValue false */
  readonly readOnly?: boolean | undefined
  /** Ends the run: what it did is rolled back, and it rejects with the signal's reason. A commit that has begun goes on, and so does what `afterCommit` calls. */
  readonly signal?: AbortSignal | undefined
}

/** The unit that a function runs in. */
export interface Unit {
  /** Aborts when the run is aborted, or the unit around it. */
  readonly signal: AbortSignal
  /**
   * Calls `fn` once the function has succeeded, within the transaction: what it throws rolls the unit back. A nested unit's
   * are called before it ends.
   *
   * @throws TransactionClosedError where the unit has ended.
   */
  beforeCommit(fn: () => unknown): void
  /**
   * Calls `fn` once the outermost unit is committed: for what must not happen otherwise, such as an e-mail. Whatever it
   * throws changes nothing and is reported as a process warning. Of a nested unit that failed none is called; nor is any where
   * the answer to the COMMIT was lost (`COMMIT_UNKNOWN`), though the unit may have taken effect.
   *
   * They are called one after the other, and `run` waits for what each returns, without limit and whatever its signal says: for
   * what is short, or bounds itself. What takes long is begun there and not returned.
   *
   * @throws TransactionClosedError where the unit has ended.
   */
  afterCommit(fn: () => unknown): void
}

/**
 * Does all of something or nothing: the port for transactions.
 *
 * `run` calls the function with the repositories of the transaction, commits when it succeeds and rolls back when it
 * throws. Whatever it returns is a success, also a `Result` that is an error. Within it, another `run` of the same unit of
 * work joins: the open unit travels in the context, beside the calls.
 *
 * The outermost unit is run again, from scratch, when the database asks for it (serialization failure, deadlock): at most
 * 5 times, with a pause in between. So the function must do nothing outside of the transaction that it cannot do twice.
 *
 * Within a unit a row is one object (an identity map): who reads it again is given the same, with what was changed in it
 * meanwhile. It is another once the row was written, or a nested unit was taken back. Nothing is written but what is saved.
 *
 * @example
 * await unitOfWork.run(async ({ orders }, unit) => {
 *   const order = await orders.getById('7')
 *   order.place()
 *   await orders.save(order)
 *   unit.afterCommit(() => mail.send(order))
 * })
 *
 * @see Martin Fowler, Patterns of Enterprise Application Architecture, "Unit of Work"
 */
export interface UnitOfWork<Repos> {
  /**
   * Runs a function as one unit.
   *
   * @throws what the function throws, after the rollback.
   * @throws TransactionAbortedError where a part that it joined failed, though the function did not.
   */
  run<R>(fn: (tx: Repos, unit: Unit) => Promise<R>, options?: RunOptions): Promise<R>
}
