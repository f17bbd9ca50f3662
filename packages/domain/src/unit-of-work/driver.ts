import type { Isolation } from './unit-of-work.js'

/** What a transaction is opened with. */
export interface BeginOptions {
  /** The level; the adapter's own default where there is none. */
  readonly isolation: Isolation | undefined
  /** Whether it only reads. */
  readonly readOnly: boolean
  /** Whether a unit is open around it, and stays so until it has ended: it is asked for by `requires_new`. */
  readonly within: boolean
  /** Ends the wait for a connection. */
  readonly signal: AbortSignal
}

/** Opens transactions on some system: what an adapter gives to `createUnitOfWork`. */
export interface UnitDriver<Repos extends object> {
  /**
   * Opens a transaction. What it took is given back where it fails. A system that has one transaction at a time lets others wait
   * for its end, but rejects with kind `unsupported` where `within` is set: that one would wait for ever.
   */
  begin(options: BeginOptions): Promise<UnitTransaction<Repos>>
}

/**
 * An open transaction; one call at a time, and none after `commit` or `rollback`, which both close what `begin` opened. An
 * abort alone does not wait: `rollback` may come while a savepoint is made, kept or taken back, which may never be answered.
 */
export interface UnitTransaction<Repos extends object> {
  /**
   * What works in it. The calls of its objects, and of what its getters give, are refused after the end of the unit, and noted
   * when they begin: what a method gives at once, and its later steps, are up to the adapter.
   */
  readonly repositories: Repos
  /** Commits; where it rejects, nothing is committed, or nobody knows. */
  commit(): Promise<void>
  /** Rolls back, after the call that is under way or by cutting it off. Called once where `begin` succeeded and `commit` was not called. */
  rollback(): Promise<void>
  /** Marks a point to go back to. */
  savepoint(): Promise<Savepoint>
}

/** A point within a transaction. */
export interface Savepoint {
  /** Keeps what has happened since. */
  release(): Promise<void>
  /** Takes back what has happened since. */
  rollback(): Promise<void>
}
