import { type SQL, sql } from 'drizzle-orm'
import { type Executor, rowsOf } from '../executor.js'
import { withFailures } from '../failures/failures.js'
import { type Migration, migrate } from '../migrate/migrate.js'
import { watchStatements } from '../statement-watch/watch-statements.js'

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

  /** Creates the tables where they are missing; asked once. */
  async prepare(): Promise<void> {
    this.#ready ??= this.#create().catch((error: unknown) => {
      this.#ready = undefined
      throw error
    })
    await this.#ready
  }

  /** The rows that a statement gives. */
  async rows(statement: SQL): Promise<readonly Row[]> {
    return withFailures(async () => rowsOf(await this.#executor.execute(statement)))
  }

  /** Also where the tables of an earlier release are there: they are in the ledger, so only the others are created. */
  async #create(): Promise<void> {
    const areThere = this.#names.map((name) => sql`to_regclass(${name}) is not null`)
    const [row] = await this.rows(sql`select ${sql.join(areThere, sql` and `)} as there`)
    if (row?.['there'] !== true) await migrate(this.#executor, this.#migrations)
  }
}
