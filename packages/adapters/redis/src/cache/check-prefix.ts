import { checkText, invalidOption, type OptionPlace } from '@base/core/options'

const MAX_LENGTH = 128

/** A text that can stand in the braces that decide a key's slot. */
export function checkPrefix(prefix: unknown, place: OptionPlace): string {
  const text = checkText(prefix, { ...place, maxLength: MAX_LENGTH })
  if (!/[{}\p{Surrogate}]/u.test(text)) return text
  throw invalidOption(prefix, place, 'a text without braces and lone surrogates')
}
