import { ValidationError } from '@base/core/errors'
import { checkInteger, invalidOption } from '@base/core/options'
import type { Row, Settings } from './options.js'

/** An entity as it is to be written. */
export interface Draft {
  readonly id: unknown
  /** The version that it was read with; 0 for a new one. */
  readonly expected: number
  /** The columns of a new row. */
  readonly created: Row
  /** The columns that change where the row exists; not those that say how it began. */
  readonly changed: Row
}

const PLACE = { package: '@base/drizzle', pattern: 'Repository' }

/** Makes a row of an entity, with what the repository writes by itself. */
export function draftOf<T>(settings: Settings<T>, entity: T): Draft {
  if (typeof entity !== 'object' || entity === null) {
    throw invalidOption(entity, { ...PLACE, option: 'entity' }, 'an entity')
  }
  const given = settings.toRow(entity)
  const expected = expectedVersion(settings, given)
  const created: Row = {}
  for (const [name, column] of Object.entries(settings.columns)) {
    const isWritable = column.generated === undefined && column.generatedIdentity?.type !== 'always'
    if (isWritable && given[name] !== undefined) created[name] = checkStorable(name, given[name])
  }
  Object.assign(created, stampsOf(settings, given, expected))
  return { id: given[settings.id.name], expected, created, changed: changedOf(settings, created) }
}

/** What PostgreSQL does not store as it is: a lone surrogate would come back as U+FFFD, without an error. */
const UNSTORABLE = /[\0\p{Surrogate}]/u

function checkStorable(column: string, value: unknown): unknown {
  const isBad = (part: unknown) =>
    typeof part === 'string' ? UNSTORABLE.test(part) : part instanceof Date && Number.isNaN(part.getTime())
  if (Array.isArray(value) ? !value.some(isBad) : !isBad(value)) return value
  const message = 'holds an invalid date, or a text with U+0000 or a lone surrogate'
  throw new ValidationError({ issues: [{ path: column, message }] })
}

function expectedVersion<T>({ version }: Settings<T>, row: Row): number {
  return version === undefined ? 0 : checkInteger(row[version.name] ?? 0, { ...PLACE, option: version.name })
}

function stampsOf<T>({ tracking, version, clock }: Settings<T>, given: Row, expected: number): Row {
  const { timestamps, deletedAt, audit } = tracking
  const stamps: Row = {}
  if (version !== undefined) stamps[version.name] = expected + 1
  if (timestamps !== undefined) {
    stamps[timestamps.createdAt] = stamps[timestamps.updatedAt] = new Date(clock.now())
  }
  if (audit !== undefined) stamps[audit.createdBy] = stamps[audit.updatedBy] = audit.by()
  if (deletedAt !== undefined) stamps[deletedAt] = given[deletedAt] ?? null
  return stamps
}

/** What is undefined in an entity is null in its row, unless the column must have a value. */
function changedOf<T>({ columns, id, tracking }: Settings<T>, created: Row): Row {
  const kept = new Set([id.name, tracking.timestamps?.createdAt, tracking.audit?.createdBy])
  const changed: Row = {}
  for (const [name, column] of Object.entries(columns)) {
    if (kept.has(name) || column.generated !== undefined || column.generatedIdentity?.type === 'always')
      continue
    if (created[name] !== undefined) changed[name] = created[name]
    else if (!column.notNull) changed[name] = null
  }
  return changed
}

/** What a soft deletion writes. */
export function deletionOf<T>({ tracking, clock }: Settings<T>): Row {
  const { timestamps, deletedAt, audit } = tracking
  const now = new Date(clock.now())
  return {
    ...(deletedAt !== undefined && { [deletedAt]: now }),
    ...(timestamps !== undefined && { [timestamps.updatedAt]: now }),
    ...(audit !== undefined && { [audit.updatedBy]: audit.by() }),
  }
}
