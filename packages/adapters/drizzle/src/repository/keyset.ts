import { type SQL, sql } from 'drizzle-orm'
import type { RowKey } from './row-order.js'

/** The keys of a row as PostgreSQL writes them: all of their precision, microseconds too. */
export type KeyValues = readonly (string | null)[]

/** Numbers whose text has as many digits as a setting of the server says, `extra_float_digits`: they are read by their bits. */
const FLOATS: Readonly<Record<string, { readonly send: string; read(bits: DataView): number }>> = {
  'double precision': { send: 'float8send', read: (bits) => bits.getFloat64(0) },
  real: { send: 'float4send', read: (bits) => bits.getFloat32(0) },
}

/** How keys are selected beside a row. */
export function selectKeys(keys: readonly RowKey[]): Record<string, SQL<string | null>> {
  return Object.fromEntries(keys.map(({ column }, index) => [`k${index}`, textOf(column)]))
}

function textOf(column: RowKey['column']): SQL<string | null> {
  const float = FLOATS[column.getSQLType()]
  return float === undefined ? sql`${column}::text` : sql`encode(${sql.raw(float.send)}(${column}), 'hex')`
}

/** The keys of a selected row. */
export function keyValues(keys: readonly RowKey[], selected: Readonly<Record<string, unknown>>): KeyValues {
  return keys.map(({ column }, index) => {
    const text = selected[`k${index}`] as string | null
    const float = FLOATS[column.getSQLType()]
    return text === null || float === undefined ? text : `${float.read(bitsOf(text))}`
  })
}

function bitsOf(hex: string): DataView {
  const bytes = Uint8Array.from({ length: hex.length / 2 }, (_, at) =>
    Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16),
  )
  return new DataView(bytes.buffer)
}

/**
 * The rows that come after the one with these keys. Keys of one direction that are never null are compared as a row, which
 * an index on them serves; others one by one.
 */
export function after(keys: readonly RowKey[], values: KeyValues): SQL {
  const [first] = keys
  if (first !== undefined && keys.every((key) => key.column.notNull && key.direction === first.direction)) {
    const bounds = keys.map((key, index) => bound(key, values[index] ?? null))
    return sql`${listed(
      keys.map((key) => key.sql),
      ', ',
    )} ${isBeyond(first)} ${listed(bounds, ', ')}`
  }
  const ways = keys.flatMap((key, index) => {
    const next = beyond(key, values[index] ?? null)
    return next === undefined ? [] : [listed([...sameIn(keys.slice(0, index), values), next], ' and ')]
  })
  return ways.length === 0 ? sql`false` : listed(ways, ' or ')
}

/** The row with these keys. */
export function at(keys: readonly RowKey[], values: KeyValues): SQL {
  return listed(sameIn(keys, values), ' and ')
}

function listed(parts: readonly SQL[], between: string): SQL {
  return sql`(${sql.join([...parts], sql.raw(between))})`
}

/** After the value in the order of the key; `undefined` where nothing is. */
function beyond(key: RowKey, value: string | null): SQL | undefined {
  const { sql: ordered, nulls, column } = key
  if (value === null) return nulls === 'first' ? sql`${ordered} is not null` : undefined
  const past = sql`${ordered} ${isBeyond(key)} ${bound(key, value)}`
  return nulls === 'last' && !column.notNull ? sql`(${past} or ${ordered} is null)` : past
}

function isBeyond({ direction }: RowKey): SQL {
  return sql.raw(direction === 'asc' ? '>' : '<')
}

function sameIn(keys: readonly RowKey[], values: KeyValues): SQL[] {
  return keys.map((key, index) => {
    const value = values[index] ?? null
    return value === null ? sql`${key.sql} is null` : sql`${key.sql} = ${bound(key, value)}`
  })
}

/** Types of which PGlite takes no text for a parameter. */
const NO_TEXT: ReadonlySet<string> = new Set(['boolean', 'bytea'])

/** A key as text, which PostgreSQL reads as the type of the column. */
function bound({ column }: RowKey, value: string | null): SQL {
  const type = column.getSQLType()
  return NO_TEXT.has(type) ? sql`${value}::text::${sql.raw(type)}` : sql`${value}`
}
