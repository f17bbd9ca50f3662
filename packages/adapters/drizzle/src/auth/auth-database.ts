import type { Clock } from '@base/core/clock'
import { checkMethods, checkOptions } from '@base/core/options'
import { type SQL, sql } from 'drizzle-orm'
import type { Executor } from '../executor.js'
import { present, after as timeAfter } from '../own-tables/moment.js'
import { OwnTables, type Row } from '../own-tables/own-tables.js'
import { authMigrations } from './auth-migrations.js'

/** Options of every store for `@base/auth`. */
export interface DrizzleAuthStoreOptions {
  /**
   * Source of time, for who wants to decide when things end.
   * @defaultValue the database's clock, which all processes share
   */
  readonly clock?: Clock | undefined
}

/** Runs the statements of a store, once its tables are there, by one clock. */
export class AuthDatabase {
  readonly #tables: OwnTables
  readonly #clock: Clock | undefined

  /** `tables` are those of the store: with them there nothing is created, whatever other stores need. */
  constructor(
    pattern: string,
    executor: Executor,
    options: DrizzleAuthStoreOptions,
    tables: readonly string[],
  ) {
    const place = { package: '@base/drizzle', pattern }
    const { clock } = checkOptions(options, place)
    checkMethods(executor, ['execute', 'transaction'], { ...place, option: 'executor' })
    this.#tables = new OwnTables(executor, tables, authMigrations)
    this.#clock =
      clock && checkMethods(clock, ['now', 'monotonic', 'schedule'], { ...place, option: 'clock' })
  }

  /** A `with` that gives a statement one time, `clock.now`, in whole milliseconds. */
  get clock(): SQL {
    const now = present(this.#clock, sql`clock_timestamp()`)
    return sql`clock as materialized (select date_trunc('milliseconds', ${now}) as now)`
  }

  /** The rows that a statement gives. */
  async rows(statement: SQL): Promise<readonly Row[]> {
    await this.#tables.prepare()
    return this.#tables.rows(statement)
  }

  /** Whether a statement gives a row. */
  async hits(statement: SQL): Promise<boolean> {
    return (await this.rows(statement)).length > 0
  }
}

/** Rows that are over and that each new one takes away: more than are added, so that none is left. */
const SWEPT = 20

/** The part of a `with` that takes away rows that are over, and that nobody works on. */
export function swept(table: string, key: string, isOver: SQL): SQL {
  const start = `swept as (delete from ${table} where (${key}) in (select ${key} from ${table}, clock where `
  const end = ` limit ${SWEPT} for update of ${table} skip locked))`
  // One flat list: each `SQL` within another costs a walk, and every claim makes this anew.
  return sql.raw(start).append(isOver).append(sql.raw(end))
}

/** A time so many milliseconds after that of the statement. */
export function after(milliseconds: number): SQL {
  return timeAfter(sql`clock.now`, milliseconds)
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
