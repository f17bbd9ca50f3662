import { checkBoolean, checkOneOf, checkOptions, invalidOption, type OptionPlace } from '@base/core/options'
import { placeOf } from '../../place.js'

/** Options of the cookie. It is always `Secure`, `HttpOnly`, for the path `/` and for this host alone. */
export interface SessionCookieOptions {
  /**
   * Its name: `__Host-` and a token of RFC 6265, so that browsers refuse one that another host, or plain HTTP, has set.
   * At most 64 characters.
   * @defaultValue '__Host-session'
   */
  readonly name?: `__Host-${string}` | undefined
  /**
   * Whether it comes with a top-level navigation from another site (`lax`), or not even then (`strict`). Neither makes
   * requests of your own pages safe from other origins of the same site: check `Sec-Fetch-Site` or `Origin` as well.
   * @defaultValue 'lax'
   */
  readonly sameSite?: 'lax' | 'strict' | undefined
  /** Whether it outlives the browser, until the session's absolute end. @defaultValue false */
  readonly persistent?: boolean | undefined
}

/** The largest `Cookie` header that is looked at, in characters. */
const LONGEST = 16_384
const NAME = /^__Host-[A-Za-z0-9!#$%&'*+.^_`|~-]{1,57}$/

/** A name that only this host can set over https. @throws InvalidOptionError */
export function checkCookieName(name: unknown, place: OptionPlace): `__Host-${string}` {
  if (typeof name === 'string' && NAME.test(name)) return name as `__Host-${string}`
  throw invalidOption(name, place, "'__Host-' and 1 to 57 characters of a token (RFC 6265)")
}

/** The cookie that carries a session's id. */
export class SessionCookie {
  readonly #name: string
  readonly #attributes: string
  readonly #isPersistent: boolean

  constructor(options: SessionCookieOptions) {
    const {
      name = '__Host-session',
      sameSite = 'lax',
      persistent = false,
    } = checkOptions(options, place('cookie'))
    checkCookieName(name, place('cookie.name'))
    const site =
      checkOneOf(sameSite, ['lax', 'strict'], place('cookie.sameSite')) === 'lax' ? 'Lax' : 'Strict'
    this.#name = name
    this.#isPersistent = checkBoolean(persistent, place('cookie.persistent'))
    this.#attributes = `Path=/; Secure; HttpOnly; SameSite=${site}`
  }

  /** The value of `Set-Cookie` that gives the browser an id; `lifetime` is what is left of it, in milliseconds. */
  set(id: string, lifetime: number): string {
    // Up, for 0 takes the cookie away.
    const age = this.#isPersistent ? `; Max-Age=${Math.ceil(lifetime / 1_000)}` : ''
    return `${this.#name}=${id}; ${this.#attributes}${age}`
  }

  /** The value of `Set-Cookie` that takes it away. */
  clear(): string {
    return `${this.#name}=; ${this.#attributes}; Max-Age=0`
  }

  /**
   * The value in a `Cookie` header, as it stands there. `undefined` where there is none, where the header is of no use, and
   * where it comes twice with different values, for then somebody else has set one of them.
   */
  read(header: unknown): string | undefined {
    if (typeof header !== 'string' || header.length > LONGEST) return undefined
    let found: string | undefined
    for (const pair of header.split(';')) {
      const end = pair.indexOf('=')
      if (end === -1 || withoutBlanks(pair.slice(0, end)) !== this.#name) continue
      const value = withoutBlanks(pair.slice(end + 1))
      if (found !== undefined && found !== value) return undefined
      found = value
    }
    return found
  }
}

/**
 * What is left without the spaces and tabs around it, which browsers strip as well before they look for a prefix. `trim` takes
 * more: with U+00A0 before it a name that another host has set has no prefix to a browser, and would have one here.
 */
function withoutBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text.charAt(start))) start++
  while (start < end && isBlank(text.charAt(end - 1))) end--
  return text.slice(start, end)
}

function isBlank(character: string): boolean {
  return character === ' ' || character === '\t'
}

const place = /* @__PURE__ */ placeOf('createSessions')
