import { invalidOption } from '@base/core/options'
import { placeOf } from '../place.js'
import { isWellFormed } from './well-formed.js'

/** Where a field stands. All that the cipher was told to bind must be there, each a text that is not empty. */
export type FieldPlace<Name extends string = 'tenant' | 'table' | 'column' | 'rowId'> = Readonly<
  Record<Name, string>
>

/** Where a column stands: the place of a field, whose row may be left out. */
export type ColumnPlace<Name extends string = 'tenant' | 'table' | 'column' | 'rowId'> = Omit<
  FieldPlace<Name>,
  'rowId'
> & {
  /** Ignored. */
  readonly rowId?: string | undefined
}

/** The parts of a place in the order of their names, each checked. */
export function readPlace(
  names: readonly string[],
  place: Readonly<Record<string, unknown>>,
): readonly string[] {
  return names.map((name) => partOf(name, place?.[name]))
}

/** A lone surrogate would become U+FFFD, and two places one. */
function partOf(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '' && isWellFormed(value)) return value
  const place = placeOf('FieldCipher')(`context.${name}`)
  throw invalidOption(value, place, 'a text that is not empty, without lone surrogates')
}
