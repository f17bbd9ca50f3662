import { encodeBase64Url } from '@base/core/codec'
import { invalidOption } from '@base/core/options'
import { isSecret, type Secret } from '@base/core/secret'
import { placeOf } from '../../place.js'
import { requireNodeCrypto } from '../../tokens/keys/node-crypto.js'
import { withoutText } from '../../without-text.js'

/** Keys beside the database, without which its rows prove nothing. */
export interface PepperOptions {
  /** The id of the key for new hashes. */
  readonly current: string
  /**
   * All keys by id: 1 to 32 letters, digits, `_`, `.`, `-`; at least 32 random bytes each. Keep a former key until no row names
   * it any more; rows move to the current one as their users sign in.
   */
  readonly keys: Readonly<Record<string, Uint8Array | Secret<Uint8Array>>>
}

const LEAST_BYTES = 32
const ID = /^[\w.-]{1,32}$/
/** Behind the mark `:` stands a text as it is; one that begins with `$` needs none, and all of it is one PHC string. */
const FORM = /^\$pepper\$k=([\w.-]{1,32}),n=nfkc(?::|(?=\$))(.+)$/s

const place = /* @__PURE__ */ placeOf('createPasswords')

/** A stored text, taken apart. */
export interface PepperedText {
  /** The id of the key that was used; `undefined` for none. */
  readonly keyId: string | undefined
  /** What the function for passwords wrote. */
  readonly text: string
}

/** Takes the id of the key off a stored text. */
export function readPeppered(stored: string): PepperedText {
  const parts = FORM.exec(stored)
  return parts === null ? { keyId: undefined, text: stored } : { keyId: parts[1], text: parts[2] as string }
}

/** The keys, checked and copied. */
export class Pepper {
  readonly current: string
  readonly #keys: ReadonlyMap<string, Uint8Array>

  constructor({ current, keys }: PepperOptions) {
    const entries = Object.entries(keys ?? {}).map(([id, key]) => [id, readKey(id, key)] as const)
    this.#keys = new Map(entries)
    if (!this.#keys.has(current))
      throw invalidOption(withoutText(current), place('pepper.current'), 'the id of a key')
    this.current = current
  }

  has(keyId: string): boolean {
    return this.#keys.has(keyId)
  }

  /** Keys a password: HMAC-SHA-256, so that it does not matter which function for passwords comes next. */
  apply(password: string, keyId: string): string {
    const { createHmac } = requireNodeCrypto('createPasswords')
    const key = this.#keys.get(keyId) as Uint8Array
    return encodeBase64Url(createHmac('sha256', key).update(password, 'utf8').digest())
  }

  /** A text as it is stored: which key, and which normalisation, in front of what the function for passwords wrote. */
  label(text: string): string {
    return `$pepper$k=${this.current},n=nfkc${text.startsWith('$') ? '' : ':'}${text}`
  }
}

function readKey(id: string, key: unknown): Uint8Array {
  if (!ID.test(id)) throw invalidOption(id, place('pepper.keys'), 'ids of 1 to 32 letters, digits, _, ., -')
  const bytes = isSecret(key) ? key.reveal() : key
  if (!(bytes instanceof Uint8Array) || bytes.length < LEAST_BYTES) {
    const received = bytes instanceof Uint8Array ? `${bytes.length} bytes` : typeof bytes
    throw invalidOption(received, place(`pepper.keys.${id}`), `at least ${LEAST_BYTES} bytes`)
  }
  return Uint8Array.from(bytes)
}
