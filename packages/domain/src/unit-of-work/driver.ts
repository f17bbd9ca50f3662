import type { Isolation } from './unit-of-work.js'

/** What a new transaction is asked for. */
export interface BeginOptions {
  readonly isolation: Isolation
  readonly readOnly: boolean
  /** Cancels what runs where the store can. */
  readonly signal: AbortSignal | undefined
}

/** A transaction, or a savepoint in one. */
export interface Transaction<Repos> {
  /** What works within it. */
  readonly repositories: Repos
  /** Keeps it, or releases the savepoint. If it rejects, nothing was kept, and everything is cleaned up. */
  commit(): Promise<void>
  /** Undoes it, or goes back to the savepoint. If it rejects, the transaction must not be used again by anyone. */
  rollback(): Promise<void>
  /** A transaction within it, that can be undone alone. One at a time. */
  savepoint(): Promise<Transaction<Repos>>
}

/** What {@link createUnitOfWork} needs of a store. */
export interface TransactionDriver<Repos> {
  /** Begins a transaction. */
  begin(options: BeginOptions): Promise<Transaction<Repos>>
}
