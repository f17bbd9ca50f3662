import type { Clock } from '@base/core/clock'
import { systemClock } from '@base/core/clock'
import {
  checkFunction,
  checkMethods,
  checkOptions,
  checkText,
  invalidOption,
  type OptionPlace,
} from '@base/core/options'
import { type Cursors, createCursors } from '@base/domain/pagination'
import { readTracking, type Tracking, type TrackingOptions } from '@base/domain/repository'
import { type Column, getTableColumns, getTableName, is } from 'drizzle-orm'
import { PgTable } from 'drizzle-orm/pg-core'
import type { Executor } from '../executor.js'
import type { FieldSource } from '../specification/fields.js'
import { watchStatements } from '../statement-watch/watch-statements.js'
import { checkIdentity, type NamedColumn } from './identity.js'
import { Statements } from './statements.js'

/** What is read from a table. */
export type RowOf<Source extends PgTable> = Source['$inferSelect']

/** What is written to a table; what has a default may be left out. */
export type NewRowOf<Source extends PgTable> = Source['$inferInsert']

/** The name of a property of a table. */
export type ColumnName<Source extends PgTable> = keyof Source['_']['columns'] & string

/** Turns entities into rows, and back. */
export interface RowMapper<T, Source extends PgTable> {
  /**
   * Makes an entity of a row; called at every read, but not of what a unit of work knows already, and of what was written at every save: what it throws there a save rejects with,
   * though the row is written.
   */
  readonly toDomain: (row: RowOf<Source>) => T
  /**
   * Makes a row of an entity; called at every save, and once for what was read first, to see that the version is there. A column that it leaves out is not touched, and has its default in a new row;
   * one that is `undefined` has its default there as well, and becomes null where the row exists, unless it must have a value.
   * It gives the id of what was saved before, also where the database has made it, and the version that `toDomain` was given.
   */
  readonly toRow: (entity: T) => NewRowOf<Source>
}

/** Options of {@link drizzleRepository}; `timestamps`, `softDelete` and `audit` name properties of the table. */
export interface DrizzleRepositoryOptions<
  Source extends PgTable,
  T extends object = RowOf<Source>,
  IdName extends ColumnName<Source> = ColumnName<Source>,
> extends TrackingOptions {
  /** A drizzle database on node-postgres or PGlite, or what a unit of work hands to its repositories. */
  readonly executor: Executor
  /** The table that it keeps. */
  readonly table: Source
  /**
   * The property of the table that is the identity. Its column is unique by itself: the primary key, or of a unique constraint. One
   * that the table declares unique only together with others is refused: a save would be one of other rows too.
   * @defaultValue 'id'
   */
  readonly id?: IdName | undefined
  /** The property that counts the saves, an integer that is read as a number. @defaultValue 'version' where the table has it; without one the last save wins */
  readonly version?: ColumnName<Source> | undefined
  /** For entities that are no rows. @defaultValue the row is the entity */
  readonly mapper?: RowMapper<T, Source> | undefined
  /**
   * Where specifications and orders find the fields of an entity that is no row. It takes the place of the table: a column that is
   * not in it cannot be asked for, so that none does that a mapper hides. For all of the table and some more,
   * `{ ...getTableColumns(orders), 'total.minor': orders.minor }`.
   * @defaultValue the table
   */
  readonly fields?: FieldSource | undefined
  /** Signs the cursors of `findPage`; at least 32 bytes. @defaultValue not signed */
  readonly cursorSecret?: string | Uint8Array | undefined
  /** Serves the reads, unless the executor is a transaction. It may lag behind what was just saved. @defaultValue the executor */
  readonly replica?: Executor | undefined
  /** What one of it is called, in errors. @defaultValue 'entity' */
  readonly name?: string | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/** Asks for a mapper where a row of the table is no such entity: what it lacks would be lost. */
export type MapperOf<Source extends PgTable, T extends object> =
  RowOf<Source> extends T
    ? unknown
    : {
        /** Makes such entities of rows, and rows of them. */
        readonly mapper: RowMapper<T, Source>
      }

/** A row, whatever the table. */
export type Row = Record<string, unknown>

/** The options, checked. */
export interface Settings<T> {
  readonly executor: Executor
  readonly replica: Executor | undefined
  readonly table: PgTable
  readonly columns: Readonly<Record<string, Column>>
  readonly id: NamedColumn
  readonly version: NamedColumn | undefined
  readonly fields: FieldSource
  readonly tracking: Tracking
  readonly cursors: Cursors
  readonly name: string
  readonly clock: Clock
  readonly statements: Statements
  readonly toDomain: (row: Row) => T
  readonly toRow: (entity: T) => Row
  /** What makes the rows, which may leave columns out then; `undefined` where they are the entities. */
  readonly mapper: object | undefined
}

const PLACE = { package: '@base/drizzle', pattern: 'drizzleRepository' }
/** Written out: a unit of work makes all of its repositories anew. */
const at = (option: string): OptionPlace => ({
  package: '@base/drizzle',
  pattern: 'drizzleRepository',
  option,
})

/** Checks the options and fills in their defaults. @throws InvalidOptionError naming the option. */
export function readSettings<Source extends PgTable, T extends object, IdName extends ColumnName<Source>>(
  options: DrizzleRepositoryOptions<Source, T, IdName>,
): Settings<T> {
  const { table, id = 'id', name = 'entity' } = checkOptions(options, at('options'))
  const { clock = systemClock, cursorSecret, replica } = options
  if (!is(table, PgTable)) throw invalidOption(table, at('table'), 'a table of drizzle for PostgreSQL')
  const columns: Readonly<Record<string, Column>> = getTableColumns(table)
  return {
    executor: checkExecutor(options.executor, 'executor'),
    replica: replica === undefined ? undefined : checkExecutor(replica, 'replica'),
    table,
    columns,
    id: checkIdentity(table, named(columns, id, 'id'), at('id')),
    version: versionOf(columns, options.version),
    fields: options.fields === undefined ? table : checkFields(options.fields),
    tracking: checkTracking(columns, readTracking(options, PLACE)),
    cursors: createCursors({ secret: cursorSecret }, at('cursorSecret')),
    name: checkText(name, at('name')),
    clock: checkMethods(clock, ['now', 'monotonic'], at('clock')),
    statements: new Statements(getTableName(table), clock),
    ...mapping(options.mapper),
  }
}

function checkExecutor(executor: unknown, option: string): Executor {
  const methods = ['select', 'insert', 'update', 'delete', 'execute', 'transaction'] as const
  return watchStatements(checkMethods(executor as Executor, methods, at(option)))
}

function named(columns: Settings<unknown>['columns'], name: unknown, option: string): NamedColumn {
  const column = typeof name === 'string' && Object.hasOwn(columns, name) ? columns[name] : undefined
  if (column === undefined) throw invalidOption(name, at(option), 'a property of the table')
  return { name: String(name), column }
}

function versionOf(
  columns: Settings<unknown>['columns'],
  version: string | undefined,
): NamedColumn | undefined {
  if (version === undefined && !Object.hasOwn(columns, 'version')) return undefined
  const found = named(columns, version ?? 'version', 'version')
  // What a type of the user's takes only its codec knows.
  if (!['number', 'custom'].includes(found.column.dataType))
    throw invalidOption(found.name, at('version'), 'a property that is a number')
  return found
}

function checkFields(fields: unknown): FieldSource {
  if (typeof fields !== 'object' || fields === null)
    throw invalidOption(fields, at('fields'), 'a table, or columns by name')
  return fields as FieldSource
}

/** Columns that take a `Date`, or its text; what a type of the user's takes only its codec knows. */
const HOLDS_TIMES: ReadonlySet<string> = new Set(['PgTimestamp', 'PgTimestampString', 'PgCustomColumn'])

function checkTracking(columns: Settings<unknown>['columns'], tracking: Tracking): Tracking {
  const { timestamps, deletedAt, audit } = tracking
  for (const [option, name] of [
    ['timestamps.createdAt', timestamps?.createdAt],
    ['timestamps.updatedAt', timestamps?.updatedAt],
    ['softDelete.deletedAt', deletedAt],
    ['audit.createdBy', audit?.createdBy],
    ['audit.updatedBy', audit?.updatedBy],
  ] as const) {
    if (name === undefined) continue
    const { column } = named(columns, name, option)
    if (!option.startsWith('audit') && !HOLDS_TIMES.has(column.columnType))
      throw invalidOption(name, at(option), 'a property that is a timestamp')
  }
  return tracking
}

function mapping<T, Source extends PgTable>(
  mapper: RowMapper<T, Source> | undefined,
): Pick<Settings<T>, 'toDomain' | 'toRow' | 'mapper'> {
  if (mapper === undefined) return { toDomain: (row) => row as T, toRow: (entity) => entity as Row, mapper }
  // Sound: the rows that are given are of the table, and those that are made are looked at column by column.
  return {
    toDomain: checkFunction(mapper?.toDomain, at('mapper.toDomain')) as (row: Row) => T,
    toRow: checkFunction(mapper.toRow, at('mapper.toRow')) as (entity: T) => Row,
    mapper,
  }
}
