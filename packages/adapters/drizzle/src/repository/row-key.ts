import type { Column } from 'drizzle-orm'

/** Columns that give an id back as it was written; others round it, pad it, or write it otherwise. */
const FAITHFUL: ReadonlySet<string> = new Set([
  'PgText',
  'PgVarchar',
  'PgUUID',
  'PgEnumColumn',
  'PgEnumObjectColumn',
  'PgSmallInt',
  'PgSmallSerial',
  'PgInteger',
  'PgSerial',
  'PgBigInt53',
  'PgBigInt64',
  'PgBigSerial53',
  'PgBigSerial64',
  'PgCustomColumn',
])

/**
 * What an id is known by, the same before it is written and where it comes back; `undefined` where it may come back in other
 * words, or is made by the database.
 */
export function keyOfId(column: Column, id: unknown): string | undefined {
  if (id === undefined || id === null || !FAITHFUL.has(column.columnType)) return undefined
  const written: unknown = column.mapToDriverValue(id)
  // One driver gives a Buffer, and the other an array.
  if (written instanceof Uint8Array) return Array.from(written).join()
  if (typeof written !== 'string' && typeof written !== 'number' && typeof written !== 'bigint')
    return undefined
  // PostgreSQL writes a UUID in lower case.
  return column.getSQLType() === 'uuid' ? String(written).toLowerCase() : String(written)
}
