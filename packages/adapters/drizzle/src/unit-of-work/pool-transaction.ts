import type { Clock, Timer } from '@base/core/clock'
import { TransactionAbortedError } from '@base/domain/unit-of-work'
import type { Pool, PoolClient } from 'pg'
import { giveBack } from '../connection.js'
import { toFailure } from '../failures/failures.js'
import { isRefusal, sqlStateOf } from '../failures/postgres-error.js'
import { tellStatement } from '../statement-watch/tell-statement.js'
import { cancelStatement } from './cancel-statement.js'
import { commitFailure } from './commit-failure.js'
import type { DatabaseTransaction } from './database.js'
import type { PoolBegin } from './pool-begin.js'
import { TransactionStatements } from './statements.js'
import type { DrizzleDriver } from './transaction-executor.js'

/**
 * How long a transaction may take to roll back, what runs in it included, and to commit once who waits has gone, before its
 * connection is closed.
 */
const END_TIMEOUT = '5s'

/** PostgreSQL's query_canceled: of a COMMIT that had not begun, after which the transaction stands, failed. */
const CANCELED = '57014'

/** What a transaction on a connection is made of. */
interface Parts {
  readonly pool: Pool
  readonly client: PoolClient
  readonly begin: PoolBegin
  readonly driver: DrizzleDriver
  readonly signal: AbortSignal
  readonly clock: Clock
}

/** A transaction on a connection of a pool, to its release. It begins with its first statement. */
export class PoolTransaction implements DatabaseTransaction {
  readonly statements: TransactionStatements = new TransactionStatements()
  readonly driver: DrizzleDriver
  readonly #parts: Parts
  #cancelled = false
  #released = false
  /** What the connection broke with, between statements too. */
  #lost: Error | undefined

  constructor(parts: Parts) {
    this.#parts = parts
    this.driver = parts.driver
    // Between statements a lost connection has nobody else to tell; the next statement fails all the same.
    parts.client.on('error', this.#lose)
    parts.signal.addEventListener('abort', this.#abort, { once: true })
  }

  async command(statement: string): Promise<void> {
    const { client } = this.#parts.begin
    await this.statements.run(() => tellStatement({ sql: statement }, () => client.query(statement)))
  }

  async commit(): Promise<void> {
    const { client, begin } = this.#parts
    await this.#end()
    if (begin.isDue) return this.#release(this.#lost)
    const lost = this.#lost ?? begin.refusal
    if (lost !== undefined) {
      // No COMMIT is sent, so it is known that nothing was committed.
      this.#release(lost)
      throw toFailure(lost)
    }
    let answer: { readonly command: string }
    const stop = this.#closeWhenLate()
    try {
      answer = await tellStatement({ sql: 'commit' }, () => client.query('commit'))
    } catch (error) {
      this.#release(isRefusal(error) && sqlStateOf(error) !== CANCELED ? undefined : error)
      throw commitFailure(error)
    } finally {
      stop()
    }
    this.#release()
    // PostgreSQL answers so where a statement had failed; drivers call it a success.
    if (answer.command === 'ROLLBACK') throw new TransactionAbortedError(this.statements.failure)
  }

  async rollback(): Promise<void> {
    const { client, begin } = this.#parts
    try {
      await this.#inTime(async () => {
        await this.#end()
        if (!begin.isDue) await tellStatement({ sql: 'rollback' }, () => client.query('rollback'))
      })
    } catch (error) {
      this.#release(error)
      throw error
    }
    // A request to cancel that comes late must not hit who has the connection next.
    this.#release(this.#cancelled ? new Error('A statement was cancelled.') : this.#lost)
  }

  /** Takes no more statements, and waits for the one that runs. */
  async #end(): Promise<void> {
    this.statements.close()
    this.#parts.signal.removeEventListener('abort', this.#abort)
    await this.statements.settled()
  }

  /** Cancels what runs, and lets nothing more run. An arrow, for it is a listener. */
  readonly #abort = (): void => {
    this.statements.close()
    if (!this.statements.isRunning) return
    this.#cancelled = true
    cancelStatement(this.#parts.pool, this.#parts.client)
  }

  readonly #lose = (error: Error): void => {
    this.#lost ??= error
  }

  /** @throws Error where it takes too long; what it does afterwards is not heard. */
  #inTime(work: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = () => {
        const error = new Error(`The transaction was not rolled back within ${END_TIMEOUT}.`)
        reject(error)
        this.#cutOff(error)
      }
      const timer = this.#parts.clock.schedule(END_TIMEOUT, late, { name: 'rollback' })
      work()
        .then(resolve, reject)
        .finally(() => timer.cancel())
    })
  }

  /** After an abort the answer to COMMIT has some time left, for it is worth to know; a connection that is closed ends the wait. */
  #closeWhenLate(): () => void {
    const { signal, clock } = this.#parts
    let timer: Timer | undefined
    const abort = () => {
      timer = clock.schedule(END_TIMEOUT, () => this.#cutOff(signal.reason), { name: 'commit' })
    }
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    return () => {
      signal.removeEventListener('abort', abort)
      timer?.cancel()
    }
  }

  /** Has the connection closed at once: in its pipeline mode `pg` would wait for the answers that do not come. */
  #cutOff(error: unknown): void {
    if (this.#released) return
    this.#release(error)
    const { connection } = this.#parts.client as { connection?: { stream?: { destroy(): void } } }
    connection?.stream?.destroy()
  }

  /** Gives the connection back, once; with an error the pool closes it. */
  #release(error?: unknown): void {
    if (this.#released) return
    this.#released = true
    const { client } = this.#parts
    giveBack(client, error === undefined)
    client.off('error', this.#lose)
  }
}
