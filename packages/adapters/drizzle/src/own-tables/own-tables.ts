import { isAppError } from '@base/core/errors'
import { type SQL, sql } from 'drizzle-orm'
import { type Executor, isTransaction, rowsOf } from '../executor.js'
import { toFailure } from '../failures/failures.js'
import { sqlStateOf } from '../failures/postgres-error.js'
import { type Migration, migrate } from '../migrate/migrate.js'
import { watchStatements } from '../statement-watch/watch-statements.js'
import { flag, isSet } from './flag.js'

/** How often a statement runs where the database is set to an isolation that refuses what happens at the same time. */
const MOST_RUNS = 10

/** PostgreSQL's undefined_table. */
const NO_TABLE = '42P01'

/** A row of a result, whose texts and numbers drivers give alike. */
export type Row = Readonly<Record<string, unknown>>

/** Tables of ours in a database, and statements on them. */
export class OwnTables {
  readonly #executor: Executor
  readonly #names: readonly string[]
  readonly #migrations: readonly Migration[]
  #ready: Promise<void> | undefined

  /** With `names` there nothing is created, whatever else the migrations hold. */
  constructor(executor: Executor, names: readonly string[], migrations: readonly Migration[]) {
    this.#executor = watchStatements(executor)
    this.#names = names
    this.#migrations = migrations
  }

  /** Creates the tables where they are missing; asked once, and again when they are gone. */
  async prepare(): Promise<void> {
    this.#ready ??= this.#create().catch((error: unknown) => {
      this.#ready = undefined
      throw error
    })
    await this.#ready
  }

  /** The rows that a statement gives. One that is a transaction by itself has not happened where it is refused, and runs again. */
  async rows(statement: SQL): Promise<readonly Row[]> {
    for (let run = 1; ; run++) {
      try {
        return rowsOf(await this.#executor.execute(statement))
      } catch (error) {
        // Another database has taken the place of the one that had them.
        if (sqlStateOf(error) === NO_TABLE) this.#ready = undefined
        const failure = toFailure(error)
        const isLast = run === MOST_RUNS || isTransaction(this.#executor)
        if (isLast || !isAppError(failure, 'SERIALIZATION_FAILURE')) throw failure
      }
    }
  }

  /** Whether a statement gives a row. */
  async hits(statement: SQL): Promise<boolean> {
    return (await this.rows(statement)).length > 0
  }

  /** Also where the tables of an earlier release are there: they are in the ledger, so only the others are created. */
  async #create(): Promise<void> {
    const areThere = this.#names.map((name) => sql`to_regclass(${name}) is not null`)
    const [row = {}] = await this.rows(sql`select ${flag(sql.join(areThere, sql` and `), 'there')}`)
    if (!isSet(row, 'there')) await migrate(this.#executor, this.#migrations)
  }
}
