import { invalidOption, type OptionPlace } from '@base/core/options'
import { placeOf } from '../place.js'

/** Where an option of a definition is, for errors. */
export const place: (option: string) => OptionPlace = /* @__PURE__ */ placeOf('defineAuthorization')

/** The error of an option of a definition. */
export function wrong(option: string, allowed: string, received: unknown): Error {
  return invalidOption(received, place(option), allowed)
}
