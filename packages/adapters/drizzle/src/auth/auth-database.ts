import type { Clock } from '@base/core/clock'
import { isAppError } from '@base/core/errors'
import { checkMethods } from '@base/core/options'
import { type SQL, sql } from 'drizzle-orm'
import { type Executor, rowsOf } from '../executor.js'
import { withFailures } from '../failures/failures.js'
import { migrate } from '../migrate/migrate.js'
import { watchStatements } from '../statement-watch/watch-statements.js'
import { authMigrations } from './auth-migrations.js'

/** How often a statement runs where the database is set to an isolation that refuses what happens at the same time. */
const MOST_RUNS = 10

/** Options of every store for `@base/auth`. */
export interface DrizzleAuthStoreOptions {
  /**
   * Source of time, for who wants to decide when things end.
   * @defaultValue the database's clock, which all processes share
   */
  readonly clock?: Clock
}

/** A row of a result, whose texts and numbers drivers give alike: times are asked for as milliseconds. */
export type Row = Readonly<Record<string, unknown>>

/** Runs the statements of a store, once its tables are there, by one clock. */
export class AuthDatabase {
  readonly #executor: Executor
  readonly #clock: Clock | undefined
  readonly #tables: readonly string[]
  #ready: Promise<void> | undefined

  /** `tables` are those of the store: with them there nothing is created, whatever other stores need. */
  constructor(
    pattern: string,
    executor: Executor,
    { clock }: DrizzleAuthStoreOptions,
    tables: readonly string[],
  ) {
    const place = { package: '@base/drizzle', pattern }
    this.#executor = watchStatements(
      checkMethods(executor, ['execute', 'transaction'], { ...place, option: 'executor' }),
    )
    this.#clock = clock && checkMethods(clock, ['now', 'schedule'], { ...place, option: 'clock' })
    this.#tables = tables
  }

  /** A `with` that gives a statement one time, `clock.now`, in whole milliseconds. */
  get clock(): SQL {
    const now =
      this.#clock === undefined
        ? sql`clock_timestamp()`
        : sql`${new Date(this.#clock.now()).toISOString()}::timestamptz`
    return sql`clock as materialized (select date_trunc('milliseconds', ${now}) as now)`
  }

  /** The rows that a statement gives. Each is one transaction, so one that was refused has not happened, and runs again. */
  async rows(statement: SQL): Promise<readonly Row[]> {
    await this.#prepare()
    for (let run = 1; ; run++) {
      try {
        return await this.#run(statement)
      } catch (error) {
        if (run === MOST_RUNS || !isAppError(error, 'SERIALIZATION_FAILURE')) throw error
      }
    }
  }

  async #run(statement: SQL): Promise<readonly Row[]> {
    return withFailures(async () => rowsOf(await this.#executor.execute(statement)))
  }

  /** Creates the tables where they are missing; asked once. */
  async #prepare(): Promise<void> {
    this.#ready ??= this.#create().catch((error: unknown) => {
      this.#ready = undefined
      throw error
    })
    await this.#ready
  }

  /** Also where the tables of an earlier release are there: they are in the ledger, so only the others are created. */
  async #create(): Promise<void> {
    const areThere = this.#tables.map((table) => sql`to_regclass(${table}) is not null`)
    const [row] = await this.#run(sql`select ${sql.join(areThere, sql` and `)} as there`)
    if (row?.['there'] !== true) await migrate(this.#executor, authMigrations)
  }
}

/** A time so many milliseconds after that of the statement. */
export function after(milliseconds: number): SQL {
  return sql`clock.now + ${milliseconds}::double precision * interval '1 millisecond'`
}

/** A column of times, as milliseconds since 1970. */
export function milliseconds(column: string): SQL {
  const name = sql.identifier(column)
  return sql`(extract(epoch from ${name}) * 1000)::bigint::text as ${name}`
}

/** A value that {@link milliseconds} asked for. */
export function timeOf(row: Row, column: string): number {
  return Number(row[column])
}

/** The same of a column that may be null. */
export function optionalTimeOf(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : timeOf(row, column)
}

/** A text that may be null. */
export function textOf(row: Row, column: string): string | undefined {
  return (row[column] as string | null) ?? undefined
}
