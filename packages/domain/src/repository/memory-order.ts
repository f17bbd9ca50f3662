import { fieldReader } from '@base/core/expression'
import { type OrderBy, type OrderKey, readOrder } from '../pagination/order.js'
import { compareKeys, keyValue } from '../pagination/row-order.js'
import { keyOf } from './key-of.js'
import type { Settings } from './memory-settings.js'
import type { Stored } from './store.js'

/** The last key of every order: ids are compared as they are, whatever the entity calls them. */
const ID_KEY: OrderKey = { field: ':id', direction: 'asc', nulls: 'last' }

/** An order of rows, down to the id. */
export interface RowOrder<T> {
  readonly order: readonly OrderKey[]
  /** The values of a row, one for each key. */
  keysOf(entity: T): readonly unknown[]
}

/** Reads an order; checked, the id appended. */
export function rowOrder<T, Id>(
  { id }: Settings<T, Id>,
  orderBy: readonly OrderBy<T>[] | undefined,
): RowOrder<T> {
  const given = readOrder(orderBy, { package: '@base/domain', pattern: 'Repository' })
  const readers = given.map(({ field }) => fieldReader(field))
  return {
    order: [...given, ID_KEY],
    keysOf: (entity) => [...readers.map((read) => keyValue(read(entity))), orderKeyOf(id(entity))],
  }
}

/** The rows in order. */
export function orderRows<T>(rows: readonly Stored<T>[], { order, keysOf }: RowOrder<T>): Stored<T>[] {
  return rows
    .map((row) => ({ row, keys: keysOf(row.entity) }))
    .sort((a, b) => compareKeys(order, a.keys, b.keys))
    .map(({ row }) => row)
}

/** What ids are ordered by, and a cursor holds: dates by their time, other objects by their key. */
function orderKeyOf(id: unknown): unknown {
  return id instanceof Date ? id : keyOf(id)
}
