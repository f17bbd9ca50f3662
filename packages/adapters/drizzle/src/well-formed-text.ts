import { invalidOption, type OptionPlace } from '@base/core/options'

/**
 * A text by which rows are told apart, as it is. PostgreSQL refuses U+0000, and would store half of a surrogate pair as another
 * letter: as another name.
 *
 * @throws InvalidOptionError
 */
export function checkWellFormed(text: string, place: OptionPlace): string {
  if (text.includes('\0') || /\p{Surrogate}/u.test(text))
    throw invalidOption(text, place, 'well-formed text without U+0000')
  return text
}
