import { fieldReader } from '@base/core/expression'
import { isBuiltIn } from '@base/core/kind'
import { invalidOption } from '@base/core/options'
import { type OrderBy, type OrderKey, readOrder } from '../pagination/order.js'
import { compareKeys } from '../pagination/row-order.js'
import { isObject, kindOf } from '../value-object/object-kind.js'
import { at } from './checks.js'
import { keyOf } from './key-of.js'
import type { Settings } from './memory-settings.js'
import type { Stored } from './store.js'

/** A decimal class may write its numbers as text. */
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i

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
  const given = readOrder(orderBy, at('orderBy'))
  const readers = given.map(({ field }) => fieldReader(field))
  return {
    order: [...given, ID_KEY],
    keysOf: (entity) => [
      ...readers.map((read, index) => orderedValue(read(entity), index)),
      orderKeyOf(id(entity)),
    ],
  }
}

/** The rows in order. */
export function orderRows<T>(rows: readonly Stored<T>[], { order, keysOf }: RowOrder<T>): Stored<T>[] {
  return rows
    .map((row) => ({ row, keys: keysOf(row.entity) }))
    .sort((a, b) => compareKeys(order, a.keys, b.keys))
    .map(({ row }) => row)
}

/**
 * What stands for a value in an order, and fits into a cursor. The text of an object is that only where it is its JSON as
 * well: of an amount or a list, it would put 10 before 9.
 */
function orderedValue(value: unknown, index: number): unknown {
  if (!isObject(value) || isBuiltIn(value, 'Date')) return value
  const { toJSON } = value as { toJSON?: unknown }
  const json: unknown = typeof toJSON === 'function' ? toJSON.call(value) : undefined
  const text = json ?? (kindOf(value) === '[object String]' ? String(value) : undefined)
  if (typeof text === 'string' && text === String(value) && !NUMBER.test(text)) return text
  const allowed =
    'the path of a text, number, bigint, boolean or date, or of objects whose JSON is their text'
  throw invalidOption(value, at(`orderBy[${index}].field`), allowed)
}

/** What ids are ordered by, and a cursor holds: dates by their time, other objects by their key. */
function orderKeyOf(id: unknown): unknown {
  return id instanceof Date ? id : keyOf(id)
}
