import { isCanonical } from '../keys/base64url.js'

/** The longest token that is looked at, in characters. */
export const LONGEST = 8192

/** The three parts of a token, as they stand in it. */
export interface CompactParts {
  readonly protected: string
  readonly payload: string
  readonly signature: string
}

const FORM = /^[\w-]+\.[\w-]+\.[\w-]*$/

/**
 * Splits a token, if it is one in the only form that is legal: three parts of canonical base64url with dots between them, and
 * nothing else. Padding, line breaks, the JSON form and bits that decode to nothing make a second text for the same token, so
 * they are refused before anything is decoded.
 *
 * @see RFC 8725bis, section 3.14
 */
export function splitCompact(token: unknown): CompactParts | undefined {
  if (typeof token !== 'string' || token.length > LONGEST || !FORM.test(token)) return undefined
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  const parts = {
    protected: token.slice(0, first),
    payload: token.slice(first + 1, second),
    signature: token.slice(second + 1),
  }
  const isLegal = isCanonical(parts.protected) && isCanonical(parts.payload) && isCanonical(parts.signature)
  return isLegal ? parts : undefined
}
