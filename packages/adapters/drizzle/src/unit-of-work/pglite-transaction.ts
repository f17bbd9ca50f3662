import { tellStatement } from '../statement-watch/tell-statement.js'
import { commitFailure } from './commit-failure.js'
import type { DatabaseTransaction } from './database.js'
import type { HeldTransaction } from './held-transaction.js'
import { TransactionStatements } from './statements.js'
import type { DrizzleDriver } from './transaction-executor.js'

/** A transaction on PGlite. */
export class PgliteTransaction implements DatabaseTransaction {
  readonly driver: DrizzleDriver
  readonly statements: TransactionStatements = new TransactionStatements()
  readonly #held: HeldTransaction
  readonly #signal: AbortSignal

  constructor(held: HeldTransaction, driver: DrizzleDriver, signal: AbortSignal) {
    this.driver = driver
    this.#held = held
    this.#signal = signal
    signal.addEventListener('abort', this.#abort, { once: true })
  }

  async command(statement: string): Promise<void> {
    const { tx } = this.#held
    await this.statements.run(() =>
      tellStatement({ sql: statement }, async () => (await tx.exec(statement))[0]),
    )
  }

  async commit(): Promise<void> {
    await this.#end()
    try {
      // Older versions of PGlite take a COMMIT that is answered by ROLLBACK for a success.
      this.statements.ensureSound()
    } catch (error) {
      await tellStatement({ sql: 'rollback' }, () => this.#held.undo())
      throw error
    }
    try {
      await tellStatement({ sql: 'commit' }, () => this.#held.keep())
    } catch (error) {
      throw commitFailure(error)
    }
  }

  async rollback(): Promise<void> {
    await this.#end()
    await tellStatement({ sql: 'rollback' }, () => this.#held.undo())
  }

  async #end(): Promise<void> {
    this.statements.close()
    this.#signal.removeEventListener('abort', this.#abort)
    await this.statements.settled()
  }

  /** Lets nothing more run. An arrow, for it is a listener. */
  readonly #abort = (): void => this.statements.close()
}
