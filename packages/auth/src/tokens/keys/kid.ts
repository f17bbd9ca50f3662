import { invalidOption, type OptionPlace } from '@base/core/options'

const KID = /^[\x20-\x7e]{1,128}$/

/** Whether it can be the name of a key: 1 to 128 printable ASCII characters. It is only ever looked up. */
export function isKid(value: unknown): value is string {
  return typeof value === 'string' && KID.test(value)
}

/** The name of a key, where somebody gave one. */
export function checkKid(kid: unknown, place: OptionPlace): string | undefined {
  if (kid === undefined || isKid(kid)) return kid
  throw invalidOption(kid, place, '1 to 128 printable ASCII characters')
}
