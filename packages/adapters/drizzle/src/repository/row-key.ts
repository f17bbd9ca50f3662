import type { Column } from 'drizzle-orm'

/** Columns that give an id back as it was written; others round it, pad it, fold its case, or write it otherwise. */
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
])

/** PostgreSQL reads other spellings too, and writes this one, in lower case. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * What an id is known by, the same before it is written and where it comes back; `undefined` where it may come back in other
 * words, or is made by the database.
 */
export function keyOfId(column: Column, id: unknown): string | undefined {
  if (id === undefined || id === null || !FAITHFUL.has(column.columnType)) return undefined
  const written: unknown = column.mapToDriverValue(id)
  if (typeof written === 'number' || typeof written === 'bigint') return String(written)
  if (typeof written !== 'string') return undefined
  if (column.columnType === 'PgUUID') return UUID.test(written) ? written.toLowerCase() : undefined
  // Blanks beyond the length are cut off without a word.
  const { length } = column as Column & { readonly length?: number }
  return length !== undefined && written.length > length ? undefined : written
}
