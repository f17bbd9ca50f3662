import type { ValidationError } from '@base/core/errors'
import { ok, type Result } from '@base/core/result'
import { refused } from './refused.js'
import { TextValue } from './text-value.js'

const FORM = /^[A-Za-z0-9_-]{3,50}$/

/**
 * A name to sign in with: 3 to 50 ASCII letters, digits, `_` and `-`; no letters that look like others.
 *
 * Keeps its case, and differs from one in another case; keep names unique by {@link Username.canonical}.
 *
 * @example
 * const name = Username.parse('Ada_L')
 * if (name.ok) name.value.canonical // 'ada_l'
 */
export class Username extends TextValue {
  /** Reads a name. */
  static parse(text: string): Result<Username, ValidationError> {
    return typeof text === 'string' && FORM.test(text)
      ? ok(new Username(text))
      : refused('username', 'must be 3 to 50 letters, digits, _ or -')
  }

  /** The name in lower case: what must be unique among users. */
  get canonical(): string {
    return this.value.toLowerCase()
  }
}
