import { ValidationError } from '@base/core/errors'
import type { Brand } from '@base/core/id'

/** A password in Unicode's form NFKC, at most 1,024 bytes of UTF-8: what a policy has let through. */
export type NormalisedPassword = Brand<string, 'NormalisedPassword'>

/** The most bytes of UTF-8 that a password may have, after it is normalised: what is longer is only work for us. */
export const MAX_BYTES = 1_024

/** What is wrong with something that should be a password, whoever's it is. */
export type PasswordFault = 'required' | 'malformed' | 'too_long'

const LONE_SURROGATE = /\p{Cs}/u
const encoder = new TextEncoder()

/**
 * Makes the two ways of typing a character one, without folding case or cutting anything off. Looks at the size before and
 * after, for a character may become 18.
 *
 * @see NIST SP 800-63B-4, section 3.1.1.2
 */
export function normalisePassword(
  password: unknown,
  maxBytes: number,
): NormalisedPassword | { fault: PasswordFault } {
  if (typeof password !== 'string' || password === '') return { fault: 'required' }
  // A UTF-16 unit has at least one byte.
  if (password.length > maxBytes) return { fault: 'too_long' }
  if (LONE_SURROGATE.test(password)) return { fault: 'malformed' }
  const normalised = password.normalize('NFKC')
  return byteLength(normalised) > maxBytes ? { fault: 'too_long' } : (normalised as NormalisedPassword)
}

/** The UTF-8 bytes of a text. */
export function byteLength(text: string): number {
  return encoder.encode(text).length
}

const MESSAGES: Readonly<Record<PasswordFault, string>> = {
  required: 'must be a text that is not empty',
  malformed: 'must be well-formed Unicode',
  too_long: 'must have fewer characters',
}

/** The fault as the error of an input. It never shows the password. */
export function faultError(fault: PasswordFault): ValidationError {
  return new ValidationError({ issues: [{ path: 'password', code: fault, message: MESSAGES[fault] }] })
}
