import { invalidOption, type OptionPlace } from '@base/core/options'
import { isTexts } from './verifier/claim-types.js'

/**
 * A copy of an array of texts that are not empty, for whoever gave it may change it. A text alone would be served as one, where
 * readers look for many.
 *
 * @throws InvalidOptionError
 */
export function checkTexts(value: unknown, place: OptionPlace): readonly string[] {
  // Without holes, which `every` passes over and JSON writes as null.
  const texts: unknown = Array.isArray(value) && Array.from(value)
  if (isTexts(texts)) return texts
  throw invalidOption(value, place, 'an array of texts that are not empty')
}
