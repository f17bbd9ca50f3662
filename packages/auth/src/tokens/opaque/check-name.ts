import { checkText, invalidOption, type OptionPlace } from '@base/core/options'

const LONGEST = 1_024
const UNFIT = /[\0\p{Cs}]/u

/**
 * A name that stores are asked by, such as a subject: 1 to 1,024 characters, without U+0000 and lone surrogates.
 *
 * @throws InvalidOptionError naming the option.
 */
export function checkName(value: unknown, place: OptionPlace): string {
  const name = checkText(value, { ...place, maxLength: LONGEST })
  if (!canBeKept(name)) throw invalidOption(name, place, 'without U+0000 and lone surrogates')
  return name
}

/** Whether a database keeps a name as it is: where it cannot, two names would be one. */
export function canBeKept(name: string): boolean {
  return !UNFIT.test(name)
}
