import { ValidationError } from '@base/core/errors'
import { Column, Subquery, Table, View } from 'drizzle-orm'
import { isOf } from '../is-of.js'
import { isDocument } from './domain-of-column.js'

/**
 * Where the fields of a specification are found: a table, an alias of one, a view, a subquery, or columns and tables by
 * name, nested or with dots in their names.
 *
 * @example
 * const ofJoin: FieldSource = { id: orders.id, customer: customers, 'shop.name': shops.name }
 */
export type FieldSource = Table | View | Subquery | FieldMap

/** Columns and tables by the name of the field. */
export interface FieldMap {
  readonly [field: string]: Column | FieldSource
}

/** A column, and the path within its document. */
export interface ColumnField {
  readonly column: Column
  readonly path: readonly string[]
}

/** The column of a field. @throws ValidationError naming the field, where there is none. */
export function columnOf(source: FieldSource, field: string): ColumnField {
  const whole = partOf(source, field)
  if (isOf(whole, Column)) return { column: whole, path: [] }
  return walk(source, field.split('.'), field)
}

function walk(source: FieldSource, [name = '', ...path]: readonly string[], field: string): ColumnField {
  const part = partOf(source, name)
  if (isOf(part, Column)) {
    if (path.length === 0 || isDocument(part)) return { column: part, path }
  } else if (part !== undefined && path.length > 0) {
    return walk(part, path, field)
  }
  throw new ValidationError({ issues: [{ path: field, message: 'there is no such column' }] })
}

function partOf(source: FieldSource, name: string): Column | FieldSource | undefined {
  if (!isRelation(source) && !Object.hasOwn(source, name)) return undefined
  const part: unknown = (source as Readonly<Record<string, unknown>>)[name]
  if (isOf(part, Column)) return part
  return typeof part === 'object' && part !== null && !isRelation(source) ? (part as FieldSource) : undefined
}

function isRelation(source: FieldSource): boolean {
  return isOf(source, Table) || isOf(source, View) || isOf(source, Subquery)
}
