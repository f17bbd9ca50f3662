import { and, type Column, eq, Param, type SQL, sql } from 'drizzle-orm'
import { type Executor, nameInSql } from '../executor.js'
import { keptStatement } from './kept-statement.js'
import type { Row, Settings } from './options.js'
import { rowForDrizzle } from './own-sql.js'
import { selectionOf } from './selection.js'
import type { Draft } from './stamps.js'
import type { Statement } from './statements.js'

/** Inserts a row, unless its id exists; without versions it is overwritten then. */
export function insertOne<T>(settings: Settings<T>, executor: Executor, draft: Draft): Statement<Row[]> {
  const { table, columns, id, version } = settings
  const whole = () => insertAll(settings, executor, [draft])
  if (isMadeUp(columns, draft.created, true)) return whole()
  const names = namesOf(draft.created)
  const changed = namesOf(draft.changed)
  const shape = {
    key: ['insert', id.name, version?.name, ...names, 'overwrite', ...changed].join('\0'),
    build: (on: Executor) =>
      insertAll(settings, on, [{ created: heldPlaces(names), changed: heldPlaces(changed) }]),
  }
  const values = names.map((name) => draft.created[name])
  return keptStatement(executor, table, shape, values) ?? whole()
}

/** Inserts rows, by the same rule. */
export function insertAll<T>(
  { table, columns, id, version }: Settings<T>,
  executor: Executor,
  drafts: readonly Pick<Draft, 'created' | 'changed'>[],
): Statement<Row[]> {
  const insert = executor.insert(table).values(drafts.map(({ created }) => rowForDrizzle(created)) as never)
  const target = id.column as never
  if (version !== undefined)
    return insert.onConflictDoNothing({ target }).returning(selectionOf(table) as never)
  const names = Object.keys(drafts[0]?.changed ?? {})
  const excluded = (name: string): SQL =>
    sql`excluded.${sql.identifier(nameInSql(executor, columns[name] as Column))}`
  const written = names.length === 0 ? [id.name] : names
  const set = Object.fromEntries(written.map((name) => [name, excluded(name)]))
  return insert.onConflictDoUpdate({ target, set: set as never }).returning(selectionOf(table) as never)
}

/** Updates the row of an id, and of the expected version. */
export function updateOne<T>(settings: Settings<T>, executor: Executor, draft: Draft): Statement<Row[]> {
  const { table, columns, id, version } = settings
  const names = namesOf(draft.changed)
  const update = (on: Executor, set: Row, wanted: unknown, expected: unknown) =>
    on
      .update(table)
      .set(rowForDrizzle(set) as never)
      .where(and(eq(id.column, wanted), version && eq(version.column, expected)))
      .returning(selectionOf(table) as never)
  const whole = () => update(executor, draft.changed, draft.id, draft.expected)
  if (names.length === 0 || isMadeUp(columns, draft.changed, false)) return whole()
  const shape = {
    key: ['update', id.name, version?.name, ...names].join('\0'),
    build: (on: Executor) =>
      update(
        on,
        heldPlaces(names),
        new Param(place(names.length), id.column),
        version && new Param(place(names.length + 1), version.column),
      ),
  }
  const values = [...names.map((name) => draft.changed[name]), draft.id, draft.expected]
  return keptStatement(executor, table, shape, values) ?? whole()
}

/** Whether drizzle makes up a value for a column that is given none: it does so anew for each row. */
function isMadeUp(columns: Readonly<Record<string, Column>>, given: Row, isNew: boolean): boolean {
  for (const name in columns) {
    const { defaultFn, onUpdateFn } = columns[name] as Column
    const isMade = onUpdateFn !== undefined || (isNew && defaultFn !== undefined)
    if (isMade && given[name] === undefined) return true
  }
  return false
}

function namesOf(row: Row): readonly string[] {
  return Object.keys(row).filter((name) => row[name] !== undefined)
}

/** Places for the values of a row, by their numbers. */
function heldPlaces(names: readonly string[]): Row {
  return Object.fromEntries(names.map((name, index) => [name, place(index)]))
}

const place = (index: number) => sql.placeholder(String(index))
