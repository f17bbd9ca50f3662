import type { ValidationError } from '@base/core/errors'
import { ok, type Result } from '@base/core/result'
import { refused } from './refused.js'
import { TextValue } from './text-value.js'

const MAX_LENGTH = 254
const MAX_LOCAL_LENGTH = 64

/** What browsers accept in `<input type=email>`, with at least one dot in the domain. With `u` the `i` takes U+212A for a k. */
const FORM =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/i

/**
 * An e-mail address, in lower case. Whether it exists, only a letter to it can tell.
 *
 * Accepts what browsers do (`<input type=email>`), with a dot in the domain, up to 254 characters, 64 before the `@`
 * (RFC 5321); no display names, comments, quoted or non-ASCII parts.
 *
 * @example
 * const email = Email.parse(' Ada@Example.org ')
 * if (email.ok) email.value.domain // 'example.org'
 *
 * @see WHATWG HTML, "valid e-mail address"
 */
export class Email extends TextValue {
  /** Reads an address; blanks around it are dropped, and it is put in lower case. */
  static parse(text: string): Result<Email, ValidationError> {
    // The limit before the trim: a huge text of blanks costs nothing.
    const address = typeof text === 'string' && text.length <= 2 * MAX_LENGTH ? text.trim() : ''
    const valid =
      address.length <= MAX_LENGTH && address.indexOf('@') <= MAX_LOCAL_LENGTH && FORM.test(address)
    // Only what is ASCII for sure: in lower case U+212A is a k, and would be the address of another.
    return valid ? ok(new Email(address.toLowerCase())) : refused('email', 'must be an e-mail address')
  }

  /** What stands before the `@`. */
  get local(): string {
    return this.value.slice(0, this.value.indexOf('@'))
  }

  /** What stands after the `@`. */
  get domain(): string {
    return this.value.slice(this.value.indexOf('@') + 1)
  }
}
