import { invalidOption, type OptionPlace } from '@base/core/options'

/** Where an option of a definition is, for errors. */
export function place(option: string): OptionPlace {
  return { package: '@base/auth', pattern: 'defineAuthorization', option }
}

/** The error of an option of a definition. */
export function wrong(option: string, allowed: string, received: unknown): Error {
  return invalidOption(received, place(option), allowed)
}
