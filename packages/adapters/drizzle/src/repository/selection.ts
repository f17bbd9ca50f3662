import { type Column, getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'

/** What is selected of a table, by the names of its properties. */
export type Selection = Readonly<Record<string, Column | SQL>>

/** Of tables that were looked at before. */
const known = new WeakMap<PgTable, Selection>()

/** All columns of a table, as drizzle selects and reads them by itself, but for what it misreads. */
export function selectionOf(table: PgTable): Selection {
  const selection =
    known.get(table) ?? Object.fromEntries(Object.entries(getTableColumns(table)).map(readWell))
  known.set(table, selection)
  return selection
}

function readWell([name, column]: [string, Column]): [string, Column | SQL] {
  const { columnType } = column
  if (columnType === 'PgTimestamp') {
    const mapFromDriverValue = (value: unknown) => timeOf(value, column.mapFromDriverValue(value) as Date)
    return [name, sql`${column}`.mapWith({ mapFromDriverValue })]
  }
  if (columnType === 'PgJson') return [name, sql`json_build_array(${column})`.mapWith(ONLY)]
  if (columnType === 'PgJsonb') return [name, sql`jsonb_build_array(${column})`.mapWith(ONLY)]
  return [name, column]
}

/**
 * Drizzle parses a text that it is given for JSON, which is the JSON of a driver that does not parse it, or else what that has
 * parsed: of the text '90210' it makes a number. A list tells which it is.
 */
const ONLY = {
  mapFromDriverValue: (list: unknown): unknown =>
    ((typeof list === 'string' ? JSON.parse(list) : list) as unknown[])[0],
}

/** A time as PostgreSQL writes it, by the zone of the session, whose offset once had seconds: `1911-05-31 23:23:15-00:36:45`. */
const TIME = /^(\d{4}-\d\d-\d\d) ([\d:.]+)(?:([+-]\d\d)(?::(\d\d))?(?::(\d\d))?)?$/

/**
 * JavaScript takes a text with seconds in its offset for no time, one of a year below 100 for a time of the last or this century,
 * and `infinity`, behind which drizzle writes a zone, for the year 2000.
 */
function timeOf(value: unknown, time: Date): Date {
  if (typeof value !== 'string') return time
  if (value.endsWith('infinity')) return new Date(Number.NaN)
  if (!value.startsWith('00') && !Number.isNaN(time.getTime())) return time
  const [, day, clock, hours = '+00', minutes = '00', seconds = '00'] = TIME.exec(value) ?? []
  const [sign] = hours
  return new Date(Date.parse(`${day}T${clock}${hours}:${minutes}`) - Number(`${sign}${seconds}`) * 1_000)
}
