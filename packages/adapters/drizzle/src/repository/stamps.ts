import { checkInteger, invalidOption } from '@base/core/options'
import type { Column } from 'drizzle-orm'
import type { Row, Settings } from './options.js'
import { codedRow, unwrapped } from './own-sql.js'
import { checkStorable } from './storable.js'

/** An entity as it is to be written. */
export interface Draft {
  readonly id: unknown
  /** The version that it was read with; 0 for a new one. */
  readonly expected: number
  /** The columns of a new row; as the driver takes it where it is new. */
  readonly created: Row
  /** The columns that change where the row exists; not those that say how it began. As the driver takes them where it is not new. */
  readonly changed: Row
}

const at = (option: string) => ({ package: '@base/drizzle', pattern: 'Repository', option })

/** Makes a row of an entity, with what the repository writes by itself. */
export function draftOf<T>(settings: Settings<T>, entity: T): Draft {
  if (!isRow(entity)) throw invalidOption(entity, at('entity'), 'an entity')
  const given: unknown = settings.toRow(entity)
  if (!isRow(given)) throw invalidOption(given, at('mapper.toRow'), 'a function that gives a row')
  const expected = expectedVersion(settings, given)
  const id = unwrapped(given[settings.id.name])
  // What the database numbers by itself has none before it is saved.
  if (expected > 0 && (id === undefined || id === null)) throw withoutId(settings, id)
  const created: Row = {}
  for (const name in settings.columns) {
    const column = settings.columns[name] as Column
    if (given[name] !== undefined && isWritable(column))
      created[name] = checkStorable(name, column, unwrapped(given[name]))
  }
  Object.assign(created, stampsOf(settings, created, expected, given))
  const changed = changedOf(settings, created, given)
  return expected === 0
    ? { id, expected, created: codedRow(settings.columns, created), changed }
    : { id, expected, created, changed: codedRow(settings.columns, changed) }
}

function withoutId<T>({ id: { name }, mapper }: Settings<T>, id: unknown): Error {
  return mapper !== undefined
    ? invalidOption(id, at('mapper.toRow'), `a function that gives the '${name}' of what was saved before`)
    : invalidOption(id, at('entity'), `one with the '${name}' that it was saved with`)
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null
}

function expectedVersion<T>({ version }: Settings<T>, row: Row): number {
  return version === undefined ? 0 : checkInteger(row[version.name] ?? 0, at(version.name))
}

function stampsOf<T>(settings: Settings<T>, created: Row, expected: number, given: Row): Row {
  const { tracking, version, columns, clock } = settings
  const { timestamps, deletedAt, audit } = tracking
  const stamps: Row = {}
  if (version !== undefined) stamps[version.name] = expected + 1
  if (timestamps !== undefined) {
    const now = new Date(clock.now())
    for (const name of [timestamps.createdAt, timestamps.updatedAt])
      stamps[name] = timeFor(columns[name], now)
  }
  if (audit !== undefined) stamps[audit.createdBy] = stamps[audit.updatedBy] = audit.by()
  // A save without versions may be that of a new one, in the place of one that was deleted.
  if (deletedAt !== undefined && (version === undefined || isGiven(settings, given, deletedAt)))
    stamps[deletedAt] = created[deletedAt] ?? null
  return stamps
}

/** What is undefined in a row is null in the database, unless the column must have a value. */
function changedOf<T>(settings: Settings<T>, created: Row, given: Row): Row {
  const { columns, id } = settings
  const { timestamps, audit } = settings.tracking
  const changed: Row = {}
  for (const name in columns) {
    const column = columns[name] as Column
    const isKept = name === id.name || name === timestamps?.createdAt || name === audit?.createdBy
    if (isKept || !isWritable(column)) continue
    if (created[name] !== undefined) changed[name] = created[name]
    else if (!column.notNull && isGiven(settings, given, name)) changed[name] = null
  }
  return changed
}

/** An entity that is its row is the whole of it; what a mapper leaves out belongs to somebody else. */
function isGiven<T>({ mapper }: Settings<T>, given: Row, name: string): boolean {
  return mapper === undefined || name in given
}

function isWritable({ generated, generatedIdentity }: Column): boolean {
  return generated === undefined && generatedIdentity?.type !== 'always'
}

/** What a soft deletion writes. */
export function deletionOf<T>({ tracking, columns, clock }: Settings<T>): Row {
  const { timestamps, deletedAt, audit } = tracking
  const now = new Date(clock.now())
  const at = (name: string) => ({ [name]: timeFor(columns[name], now) })
  return {
    ...(deletedAt !== undefined && at(deletedAt)),
    ...(timestamps !== undefined && at(timestamps.updatedAt)),
    ...(audit !== undefined && { [audit.updatedBy]: audit.by() }),
  }
}

/** A time for a column; as text where it is read as text, for drivers write a `Date` by the time zone of the process. */
function timeFor(column: Column | undefined, time: Date): Date | string {
  return column?.columnType === 'PgTimestampString' ? time.toISOString() : time
}
