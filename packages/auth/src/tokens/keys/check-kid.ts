import { invalidOption, type OptionPlace } from '@base/core/options'
import { isKid } from './kid.js'

/** The name of a key, where somebody gave one. */
export function checkKid(kid: unknown, place: OptionPlace): string | undefined {
  if (kid === undefined || isKid(kid)) return kid
  throw invalidOption(kid, place, '1 to 128 printable ASCII characters')
}
