import { type Column, getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'

/** What is selected of a table, by the names of its properties. */
export type Selection = Readonly<Record<string, Column | SQL>>

/** Of tables that were looked at before. */
const known = new WeakMap<PgTable, Selection>()

/** All columns of a table, as drizzle selects and reads them by itself, but for what it takes for no time. */
export function selectionOf(table: PgTable): Selection {
  const selection =
    known.get(table) ?? Object.fromEntries(Object.entries(getTableColumns(table)).map(readWell))
  known.set(table, selection)
  return selection
}

function readWell([name, column]: [string, Column]): [string, Column | SQL] {
  const { columnType, withTimezone } = column as Column & { readonly withTimezone?: boolean }
  if (columnType !== 'PgTimestamp' || withTimezone !== true) return [name, column]
  const mapFromDriverValue = (value: unknown) => timeOf(value, column.mapFromDriverValue(value) as Date)
  return [name, sql`${column}`.mapWith({ mapFromDriverValue })]
}

/** A time of before the zones, with the seconds of its offset: `1911-05-31 23:23:15-00:36:45`. Years below 100 drizzle misreads. */
const WITH_SECONDS = /^((?!00)\d{4}-.+([+-])\d\d:\d\d):(\d\d)$/

/** PostgreSQL writes times by the zone of the session, whose offset once had seconds: to JavaScript such a text is no time. */
function timeOf(value: unknown, time: Date): Date {
  if (typeof value !== 'string' || !Number.isNaN(time.getTime())) return time
  const [, minutes = '', sign, seconds] = WITH_SECONDS.exec(value) ?? []
  return new Date(Date.parse(minutes) - Number(`${sign}${seconds}`) * 1_000)
}
