import { invalidOption, type OptionPlace } from '@base/core/options'
import { type Column, is, SQL } from 'drizzle-orm'
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core'

/** A column, and what its property is called. */
export interface NamedColumn {
  readonly name: string
  readonly column: Column
}

/** Names of columns that are unique together. */
type Key = readonly string[]

/** Of tables that were looked at before: a unit of work makes all of its repositories anew. */
const known = new WeakMap<PgTable, readonly Key[]>()

/**
 * The property, if rows are known by it alone: by a part of a composite key a save or a deletion would be one of other rows too. A
 * column that is in no key of the table is taken at its word: its key may be in migrations only.
 *
 * @throws InvalidOptionError where the table declares keys of this column and others, and none of it alone.
 */
export function checkIdentity(table: PgTable, id: NamedColumn, place: OptionPlace): NamedColumn {
  const keys = keysOf(table).filter((key) => key.includes(id.column.name))
  if (keys.length === 0 || keys.some(({ length }) => length === 1)) return id
  const allowed = 'a property that is unique by itself, and not only together with others'
  throw invalidOption(id.name, place, allowed)
}

function keysOf(table: PgTable): readonly Key[] {
  const keys = known.get(table) ?? declaredKeys(table)
  known.set(table, keys)
  return keys
}

function declaredKeys(table: PgTable): readonly Key[] {
  const { columns, primaryKeys, uniqueConstraints, indexes } = getTableConfig(table)
  const together = [...primaryKeys, ...uniqueConstraints].map((key) => namesOf(key.columns))
  const unique = columns.filter(({ isUnique }) => isUnique).map(({ name }) => [name])
  // Several columns that are each called the primary key can only be one together.
  const primary = namesOf(columns.filter(({ primary }) => primary))
  // What is unique among some rows, or by an expression, tells no two rows apart.
  const indexed = indexes.flatMap(({ config: { unique, where, columns } }) =>
    unique && where === undefined && !columns.some((column) => is(column, SQL))
      ? [namesOf(columns as readonly { name: string }[])]
      : [],
  )
  return [primary, ...unique, ...together, ...indexed].filter((key) => key.length > 0)
}

function namesOf(columns: readonly { readonly name: string }[]): Key {
  return columns.map(({ name }) => name)
}
