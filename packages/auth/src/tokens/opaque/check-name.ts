import { invalidOption, type OptionPlace } from '@base/core/options'

/** In bytes of UTF-8: an index of PostgreSQL holds two such names and 600 bytes more, however little they compress. */
const LONGEST = 1_024
const UNFIT = /[\0\p{Cs}]/u

/**
 * A name that stores are asked by, such as a subject: 1 to 1,024 bytes of UTF-8, without U+0000 and lone surrogates.
 *
 * @throws InvalidOptionError naming the option.
 */
export function checkName(value: unknown, place: OptionPlace): string {
  if (isName(value)) return value
  throw invalidOption(value, place, '1 to 1,024 bytes of UTF-8 without U+0000 and lone surrogates')
}

/** Whether a value is such a name. */
export function isName(value: unknown): value is string {
  // A UTF-16 unit has at least one byte: nobody makes us encode what is too long anyway.
  if (typeof value !== 'string' || value === '' || value.length > LONGEST) return false
  return canBeKept(value) && new TextEncoder().encode(value).length <= LONGEST
}

/** Whether a database keeps a name as it is: where it cannot, two names would be one. */
export function canBeKept(name: string): boolean {
  return !UNFIT.test(name)
}
