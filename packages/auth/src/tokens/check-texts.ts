import { invalidOption, type OptionPlace } from '@base/core/options'
import { isTexts } from './verifier/claim-types.js'

/** An array of texts that are not empty. A text alone would be served as one, where readers look for many. @throws InvalidOptionError */
export function checkTexts(value: unknown, place: OptionPlace): readonly string[] {
  // Without holes, which `every` passes over and JSON writes as null.
  if (Array.isArray(value) && isTexts(Array.from(value))) return value
  throw invalidOption(value, place, 'an array of texts that are not empty')
}
