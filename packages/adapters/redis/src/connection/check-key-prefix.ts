import { checkText, invalidOption, type TextRules } from '@base/core/options'

/**
 * A text that may stand before braces that decide a key's slot. Redis takes no hash tag from a key that has empty ones before, and
 * the keys of a script would lie in several slots.
 */
export function checkKeyPrefix(prefix: unknown, place: TextRules): string {
  const text = checkText(prefix, place)
  if (!text.includes('{}')) return text
  throw invalidOption(prefix, place, 'a text without {}')
}
