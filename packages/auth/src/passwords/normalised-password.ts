import type { ValidationIssue } from '@base/core/errors'
import type { Brand } from '@base/core/id'
import { type Err, err, ok, type Result } from '@base/core/result'

/** A password in Unicode's form NFKC, at most 1,024 bytes of UTF-8: what a policy has let through. */
export type NormalisedPassword = Brand<string, 'NormalisedPassword'>

/** The most bytes of UTF-8 that a password may have, after it is normalised: what is longer is only work for us. */
export const MAX_BYTES = 1_024

const LONE_SURROGATE = /\p{Cs}/u
const encoder = new TextEncoder()

/**
 * Makes the two ways of typing a character one, without folding case or cutting anything off. Looks at the size before and
 * after, for a character may become 18. What is wrong never shows the password; it is no error yet, for a sign-in makes none
 * of it.
 *
 * @see NIST SP 800-63B-4, section 3.1.1.2
 */
export function normalisePassword(
  password: unknown,
  maxBytes: number,
): Result<NormalisedPassword, ValidationIssue> {
  if (typeof password !== 'string' || password === '')
    return faulty('required', 'must be a text that is not empty')
  // A UTF-16 unit has at least one byte.
  if (password.length > maxBytes) return faulty('too_long', TOO_LONG)
  if (LONE_SURROGATE.test(password)) return faulty('malformed', 'must be well-formed Unicode')
  const normalised = password.normalize('NFKC')
  if (byteLength(normalised) > maxBytes) return faulty('too_long', TOO_LONG)
  return ok(normalised as NormalisedPassword)
}

/** The UTF-8 bytes of a text. */
export function byteLength(text: string): number {
  return encoder.encode(text).length
}

const TOO_LONG = 'must have fewer characters'

function faulty(code: string, message: string): Err<ValidationIssue> {
  return err({ path: 'password', code, message })
}
