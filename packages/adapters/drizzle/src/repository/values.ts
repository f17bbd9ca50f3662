import { type Column, is, Param, type SQL, sql } from 'drizzle-orm'
import { castTypeOf } from '../cast-type.js'
import type { NamedColumn } from './identity.js'
import type { Settings } from './options.js'
import type { Draft } from './stamps.js'

/** What the rows of values are called in a statement. */
const ROWS = 'saved_rows'

/** Rows of values to update from. */
export interface Values {
  /** The list, named. */
  readonly from: SQL
  /** A column of it. */
  column(name: string): SQL
  /** The version that each row is expected to have. */
  readonly expected: SQL
}

/**
 * A list of rows, none of whose values is SQL: the types of its columns are named once, in the first of them. The assignment
 * knows their lengths.
 */
export function valuesOf(
  columns: Settings<unknown>['columns'],
  id: NamedColumn,
  names: readonly string[],
  drafts: readonly Draft[],
): Values {
  const written = [id.name, ...names]
  const aliases = [...written.map((_, index) => `c${index}`), 'expected']
  const rows = drafts.map((draft, index) => rowOf(columns, id, written, draft, index === 0))
  const list = sql.join(
    aliases.map((alias) => sql.identifier(alias)),
    sql`, `,
  )
  const reference = (alias: string) => sql`${sql.identifier(ROWS)}.${sql.identifier(alias)}`
  return {
    from: sql`(values ${sql.join(rows, sql`, `)}) as ${sql.identifier(ROWS)}(${list})`,
    column: (name) => reference(`c${written.indexOf(name)}`),
    expected: reference('expected'),
  }
}

function rowOf(
  columns: Settings<unknown>['columns'],
  id: NamedColumn,
  names: readonly string[],
  draft: Draft,
  isFirst: boolean,
): SQL {
  const values = names.map((name) => {
    const column = columns[name] as Column
    const value = name === id.name ? draft.id : draft.changed[name]
    const bound = boundIn(column, value)
    return isFirst ? sql`${bound}::${sql.raw(castTypeOf(column))}` : bound
  })
  const expected = isFirst ? sql`${draft.expected}::bigint` : sql`${draft.expected}`
  return sql`(${sql.join([...values, expected], sql`, `)})`
}

function boundIn(column: Column, value: unknown): SQL {
  // A codec has made it already.
  if (is(value, Param)) return sql`${value}`
  return value === null || value === undefined ? sql`null` : sql`${sql.param(value, column)}`
}
