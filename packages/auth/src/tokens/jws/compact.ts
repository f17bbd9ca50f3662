import { isCanonical } from '../keys/base64url.js'

/** The longest token that is looked at, in characters, where nobody has said that it may be longer. */
export const LONGEST = 8192
/** The longest that may be allowed. */
export const LONGEST_OF_ALL = 65_536

/** A payload may be empty, and a signature is so in a token that wants to go without. */
const FORM = /^[\w-]+\.[\w-]*\.[\w-]*$/

/** What a token is made of, still encoded. */
export interface CompactParts {
  readonly header: string
  readonly payload: string
}

/**
 * The parts of a token if the token has the only form that is legal: three parts of canonical base64url with
 * dots between them, and nothing else. Padding, line breaks, the JSON form and bits that decode to nothing make a second text
 * for the same token, so they are refused before anything is decoded.
 *
 * @see RFC 8725bis, section 3.14
 */
export function partsOf(token: unknown, longest: number = LONGEST): CompactParts | undefined {
  if (typeof token !== 'string' || token.length > longest || !FORM.test(token)) return undefined
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  const isLegal =
    isCanonical(token, 0, first) && isCanonical(token, first + 1, second) && isCanonical(token, second + 1)
  return isLegal ? { header: token.slice(0, first), payload: token.slice(first + 1, second) } : undefined
}
