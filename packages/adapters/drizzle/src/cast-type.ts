import type { Column } from 'drizzle-orm'
import { quotedIn } from './tenancy/quoted.js'

const SERIAL: Readonly<Record<string, string>> = {
  smallserial: 'smallint',
  serial: 'integer',
  bigserial: 'bigint',
}

/** Types that are of one character or one bit where no length is given; what follows it, `[]`, is kept. */
const OF_ONE = /^(bit|(?:var|bp|n)?char|character)\b[^[]*/i

/**
 * The type of a column for an explicit cast, without its length or precision: to those a cast cuts or rounds a value without
 * a word, where an assignment refuses it.
 */
export function castTypeOf(column: Column): string {
  const { enum: enumeration, baseColumn } = column as Column & {
    readonly enum?: { readonly enumName?: string; readonly schema?: string }
    readonly baseColumn?: Column
  }
  if (baseColumn !== undefined) return `${castTypeOf(baseColumn)}[]`
  if (enumeration?.enumName !== undefined) return quotedIn(enumeration.schema, enumeration.enumName)
  const type = column.getSQLType()
  return SERIAL[type] ?? withoutLength(type)
}

function withoutLength(type: string): string {
  return type
    .replace(OF_ONE, (_, word: string) => (/^bit$/i.test(word) ? 'varbit' : 'text'))
    .replace(/\s*\([^)]*\)/, '')
}
