import { invalidOption } from '@base/core/options'
import { type OrderKey, readOrder } from '@base/domain/pagination'
import { type Column, type SQL, sql } from 'drizzle-orm'
import { columnOf } from '../specification/fields.js'
import type { Settings } from './options.js'

const PLACE = { package: '@base/drizzle', pattern: 'Repository' }

/** A key of an order, and where it is in the table. */
export interface RowKey extends OrderKey {
  readonly column: Column
  /** What is ordered by. */
  readonly sql: SQL
}

/** An order of rows in which no two are equal: down to a column that tells them apart, or else the id. */
export function rowOrder<T>(settings: Settings<T>, orderBy: unknown): readonly RowKey[] {
  const keys = readOrder(orderBy, PLACE).map((key, index) => locate(settings, key, index))
  const { column } = settings.id
  // What comes after such a column orders nothing, and would keep an index on the others from serving the order.
  const last = keys.findIndex((key) => key.column === column || tellsApart(key.column))
  if (last >= 0) return keys.slice(0, last + 1)
  // Under a name that no field has: an entity may call its id otherwise.
  const id: OrderKey = { field: ':id', direction: 'asc', nulls: 'last' }
  return [...keys, { ...id, column, sql: orderOf(column) ?? sql`${column}` }]
}

function tellsApart({ primary, isUnique, notNull }: Column): boolean {
  return notNull && (primary || isUnique)
}

/** The order of the id's own index, whatever its collation: for those to whom any order will do. */
export function anyOrder<T>({ id: { column } }: Settings<T>): readonly RowKey[] {
  return [{ field: ':any', direction: 'asc', nulls: 'last', column, sql: sql`${column}` }]
}

function locate<T>({ fields }: Settings<T>, key: OrderKey, index: number): RowKey {
  const place = { ...PLACE, option: `orderBy[${index}].field` }
  const { column, path } = find(fields, key.field) ?? {}
  if (column === undefined || path?.length !== 0)
    throw invalidOption(key.field, place, 'the field of a column')
  const ordered = orderOf(column)
  if (ordered === undefined) throw invalidOption(key.field, place, 'a field of a type that has an order')
  return { ...key, column, sql: ordered }
}

function find(fields: Settings<unknown>['fields'], field: string): ReturnType<typeof columnOf> | undefined {
  try {
    return columnOf(fields, field)
  } catch {
    return undefined
  }
}

/** Text by code point. */
const LETTERS: ReadonlySet<string> = new Set(['PgText', 'PgVarchar'])
/** What is read as text, and so ordered as text: enums not by their declaration. */
const SPELLED: ReadonlySet<string> = new Set([
  'PgEnumColumn',
  'PgEnumObjectColumn',
  'PgTimestampString',
  'PgTime',
  'PgInterval',
])
const UNORDERED: ReadonlySet<string> = new Set([
  'PgJson',
  'PgJsonb',
  'PgArray',
  'PgChar',
  'PgPointTuple',
  'PgPointObject',
  'PgLine',
  'PgLineABC',
])

function orderOf(column: Column): SQL | undefined {
  const { columnType } = column
  if (UNORDERED.has(columnType)) return undefined
  if (LETTERS.has(columnType)) return sql`${column} collate "C"`
  return SPELLED.has(columnType) ? sql`${column}::text collate "C"` : sql`${column}`
}

/** The order as SQL; always says where nulls go. */
export function orderSql(keys: readonly RowKey[]): SQL[] {
  return keys.map(({ sql: key, direction, nulls }) => sql`${key} ${sql.raw(`${direction} nulls ${nulls}`)}`)
}

/** The order from the other end. */
export function reversed(keys: readonly RowKey[]): readonly RowKey[] {
  return keys.map((key) => ({
    ...key,
    direction: key.direction === 'asc' ? 'desc' : 'asc',
    nulls: key.nulls === 'first' ? 'last' : 'first',
  }))
}
