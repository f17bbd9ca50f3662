import type { ValidationError } from '@base/core/errors'
import { invalidOption } from '@base/core/options'
import { ok, type Result } from '@base/core/result'
import { placeOf } from '../place.js'
import { isObject } from './object-kind.js'
import { refused } from './refused.js'
import { TextValue } from './text-value.js'

const at = /* @__PURE__ */ placeOf('Url.parse')

const MAX_LENGTH = 2_048
const DEFAULT_PROTOCOLS: readonly string[] = ['https:', 'http:']
/** As the platform writes it, in lower case. */
const PROTOCOL = /^[a-z][a-z\d+.-]*:$/

/** Options of {@link Url.parse}. */
export interface UrlOptions {
  /** Accepted schemes in lower case, with their colon. @defaultValue ['https:', 'http:'] */
  readonly protocols?: readonly string[] | undefined
}

/**
 * An absolute URL in its normal form, up to 2,048 characters, of an allowed scheme (so never `javascript:` or `data:`
 * unless you say so) and without a user name or password.
 *
 * It is not a promise that the address is safe to fetch: a host may be inside your network.
 *
 * @example
 * const url = Url.parse('HTTPS://Example.org:443/a/../b')
 * if (url.ok) url.value.value // 'https://example.org/b'
 *
 * @see WHATWG URL
 */
export class Url extends TextValue {
  /** Reads a URL and normalises it. @throws InvalidOptionError where the protocols are no list of them. */
  static parse(text: string, options: UrlOptions = {}): Result<Url, ValidationError> {
    if (!isObject(options)) throw invalidOption(options, at('options'), 'an object')
    const { protocols = DEFAULT_PROTOCOLS } = options
    const wrong = Array.isArray(protocols) ? protocols.filter((one) => !PROTOCOL.test(one)) : [protocols]
    if (wrong.length > 0) {
      const allowed = "a list of schemes with their colon, such as ['https:']"
      throw invalidOption(wrong[0], at('protocols'), allowed)
    }
    const url =
      typeof text === 'string' && text.length <= MAX_LENGTH && URL.canParse(text) ? new URL(text) : undefined
    if (url === undefined || url.href.length > MAX_LENGTH) {
      return refused('url', `must be an absolute URL of at most ${MAX_LENGTH} characters`)
    }
    if (!protocols.includes(url.protocol))
      return refused('url_protocol', `must begin with ${protocols.join(' or ')}`)
    if (url.username !== '' || url.password !== '')
      return refused('url_credentials', 'must not hold a user or password')
    return ok(new Url(url.href))
  }

  /** Scheme, host and port: `'https://example.org'`; `'null'` for schemes that are not of the web, such as `postgres:`. */
  get origin(): string {
    return new URL(this.value).origin
  }

  /** The host without a port: `'example.org'`. */
  get hostname(): string {
    return new URL(this.value).hostname
  }

  /** A new `URL` of the platform, yours to change. */
  toURL(): URL {
    return new URL(this.value)
  }
}
