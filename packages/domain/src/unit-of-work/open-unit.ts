import { type ContextKey, runInContext } from '@base/core/context'
import { reportCallbackError } from '@base/core/events'
import type { Transaction } from './driver.js'
import { TransactionAbortedError, TransactionClosedError } from './errors.js'
import { guarded } from './guarded.js'
import type { Isolation, Unit } from './unit-of-work.js'

/** The work of a unit. */
export type Work<Repos, R> = (tx: Repos, unit: Unit) => R | PromiseLike<R>

/** What a unit was begun with. */
export interface UnitSettings {
  readonly isolation: Isolation
  readonly signal: AbortSignal | undefined
}

/** A unit from its begin to its end: a transaction, or a savepoint in one. */
export class OpenUnit<Repos> implements Unit {
  readonly signal: AbortSignal | undefined
  readonly isolation: Isolation
  readonly #transaction: Transaction<Repos>
  readonly #repositories: Repos
  #before: (() => unknown)[] = []
  #after: (() => unknown)[] = []
  #swallowed: { readonly error: unknown } | undefined
  #nested: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(transaction: Transaction<Repos>, { isolation, signal }: UnitSettings) {
    this.#transaction = transaction
    this.isolation = isolation
    this.signal = signal
    this.#repositories = guarded(transaction.repositories, () => {
      if (this.#closed) throw new TransactionClosedError()
    })
  }

  /** Whether it has ended. */
  get closed(): boolean {
    return this.#closed
  }

  beforeCommit(hook: () => unknown): void {
    this.#checkOpen()
    this.#before.push(hook)
  }

  afterCommit(hook: () => unknown): void {
    this.#checkOpen()
    this.#after.push(hook)
  }

  /** Runs work that joins it. A failure dooms it, though the caller swallows it. */
  async join<R>(work: Work<Repos, R>): Promise<R> {
    try {
      return await work(this.#repositories, this)
    } catch (error) {
      this.#swallowed ??= { error }
      throw error
    }
  }

  /** Runs work from begin to commit, or to rollback. */
  async complete<R>(key: ContextKey<OpenUnit<Repos>>, work: Work<Repos, R>): Promise<R> {
    const result = await this.#perform(key, async () => {
      const returned = await work(this.#repositories, this)
      this.#checkKeepable()
      for (const hook of this.#before) await hook()
      this.#checkKeepable()
      return returned
    })
    for (const hook of this.#after) await runAfterCommit(hook)
    return result
  }

  /** Runs work that can fail alone. Those that are begun meanwhile wait, for a savepoint knows no siblings. */
  nest<R>(key: ContextKey<OpenUnit<Repos>>, work: Work<Repos, R>): Promise<R> {
    const run = this.#nested.then(async () => {
      this.#checkOpen()
      const unit = new OpenUnit(await this.#transaction.savepoint(), this)
      const result = await unit.#perform(key, async () => {
        const returned = await work(unit.#repositories, unit)
        unit.#checkKeepable()
        return returned
      })
      this.#before.push(...unit.#before)
      this.#after.push(...unit.#after)
      return result
    })
    this.#nested = run.catch(() => {})
    return run
  }

  async #perform<R>(key: ContextKey<OpenUnit<Repos>>, work: () => Promise<R>): Promise<R> {
    let result: R
    try {
      result = await runInContext([[key, this]], work)
    } catch (error) {
      this.#closed = true
      // The first error tells what happened; the driver has made sure that the transaction is not used again.
      await this.#transaction.rollback().catch(() => {})
      throw this.signal?.aborted === true ? this.signal.reason : error
    }
    this.#closed = true
    await this.#transaction.commit()
    return result
  }

  #checkKeepable(): void {
    this.signal?.throwIfAborted()
    if (this.#swallowed !== undefined) throw new TransactionAbortedError({ cause: this.#swallowed.error })
  }

  #checkOpen(): void {
    if (this.#closed) throw new TransactionClosedError()
  }
}

async function runAfterCommit(hook: () => unknown): Promise<void> {
  try {
    await hook()
  } catch (error) {
    reportCallbackError(error, { package: '@base/domain', pattern: 'UnitOfWork', callback: 'afterCommit' })
  }
}
