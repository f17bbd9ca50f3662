import { ValidationError } from '@base/core/errors'
import { type Column, Param, SQL } from 'drizzle-orm'
import { isOf } from '../is-of.js'
import type { Row } from './options.js'

/**
 * What the language throws at a value of the wrong kind. Whatever else a codec fails with is no fault of the value: what Node
 * refuses, such as a key that is too short, has a code.
 */
const WRONG_KIND = [TypeError, RangeError, SyntaxError]

/** What a column makes of a value for the driver. @throws ValidationError naming the property, where it is of the wrong kind */
export function writtenBy(name: string, column: Column, value: unknown): unknown {
  try {
    return column.mapToDriverValue(value)
  } catch (error) {
    if (!isWrongKind(error)) throw error
    const issues = [{ path: name, message: 'holds a value that its column cannot take' }]
    throw new ValidationError({ issues, cause: error })
  }
}

/**
 * Runs the save of rows. Drizzle has its columns write the values as it makes the statement, and tells neither which one failed:
 * they are asked again then.
 *
 * @throws ValidationError naming the property.
 */
export async function namingWrongValues<R>(
  columns: Readonly<Record<string, Column>>,
  drafts: readonly { readonly created: Row }[],
  save: () => Promise<R>,
): Promise<R> {
  try {
    return await save()
  } catch (error) {
    if (isWrongKind(error)) for (const { created } of drafts) checkWritable(columns, created)
    throw error
  }
}

function checkWritable(columns: Readonly<Record<string, Column>>, row: Row): void {
  for (const [name, value] of Object.entries(row)) {
    const isWritten = value === null || value === undefined || isOf(value, SQL) || isOf(value, Param)
    if (!isWritten) writtenBy(name, columns[name] as Column, value)
  }
}

function isWrongKind(error: unknown): boolean {
  return WRONG_KIND.some((kind) => error instanceof kind) && !('code' in (error as Error))
}
