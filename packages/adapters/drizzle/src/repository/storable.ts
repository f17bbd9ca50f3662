import { ValidationError } from '@base/core/errors'
import { type Column, SQL } from 'drizzle-orm'
import { isOf } from '../is-of.js'
import { writtenBy } from './unwritable.js'

/** What PostgreSQL does not store as it is: a lone surrogate would come back as U+FFFD, without an error. */
const UNSTORABLE = /[\0\p{Surrogate}]/u

/** The same in a text of JSON, which has them as escapes: `json` stores those, and is not read as `jsonb` from then on. */
const UNSTORABLE_IN_JSON = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/

/** The value, as it is. @throws ValidationError naming the column, where it cannot be stored */
export function checkStorable(name: string, column: Column, value: unknown): unknown {
  if (isStorable(name, column, value)) return value
  throw unstorable(name)
}

/** Of arrays in PostgreSQL. */
const MOST_DIMENSIONS = 6

/** The same of what a column has made of a value: a codec may make such a text of anything, or a list of them. */
export function checkStored(name: string, made: unknown): unknown {
  if ([made].flat(MOST_DIMENSIONS).every(isSound)) return made
  throw unstorable(name)
}

function unstorable(name: string): ValidationError {
  const message = 'holds an invalid date, or a text with U+0000 or a lone surrogate'
  return new ValidationError({ issues: [{ path: name, message }] })
}

function isStorable(name: string, column: Column, value: unknown): boolean {
  // What SQL makes of it the database sees.
  if (isOf(value, SQL)) return true
  const { baseColumn = column } = column as Column & { readonly baseColumn?: Column }
  if (baseColumn !== column && Array.isArray(value))
    return value.every((part) => isStorable(name, baseColumn, part))
  if (column.columnType === 'PgJson') return !UNSTORABLE_IN_JSON.test(String(writtenBy(name, column, value)))
  return Array.isArray(value) ? value.every(isSound) : isSound(value)
}

function isSound(part: unknown): boolean {
  if (typeof part === 'string') return !UNSTORABLE.test(part)
  return !(part instanceof Date && Number.isNaN(part.getTime()))
}
