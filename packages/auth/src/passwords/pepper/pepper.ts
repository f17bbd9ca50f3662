import { encodeBase64Url } from '@base/core/codec'
import type { Secret } from '@base/core/secret'
import { readNamedKeys } from '../../named-keys.js'
import { placeOf } from '../../place.js'
import { requireNodeCrypto } from '../../tokens/keys/node-crypto.js'

/** Keys beside the database, without which its rows prove nothing. */
export interface PepperOptions {
  /** The id of the key for new hashes. */
  readonly current: string
  /**
   * All keys by id: 1 to 32 letters, digits, `_`, `.`, `-`; at least 32 random bytes each. Keep a former key until no row names
   * it any more; rows move to the current one as their users sign in. Give a new key to all instances before it is `current`, or
   * those without it cannot verify what others have renewed.
   */
  readonly keys: Readonly<Record<string, Uint8Array | Secret<Uint8Array>>>
}

/** Behind the mark `:` stands a text as it is; one that begins with `$` needs none, and all of it is one PHC string. */
const FORM = /^\$pepper\$k=([\w.-]{1,32}),n=nfkc(?::|(?=\$))(.+)$/s

const place = /* @__PURE__ */ placeOf('createPasswords')

/** Takes the id of the key, if there is one, off a stored text, which leaves what the function for passwords wrote. */
export function readPeppered(stored: string): { readonly keyId: string | undefined; readonly text: string } {
  const [, keyId, text = stored] = FORM.exec(stored) ?? []
  return { keyId, text }
}

/** The keys, checked and copied. Without any, passwords and texts stay as they are. */
export class Pepper {
  readonly current: string | undefined
  readonly #keys: ReadonlyMap<string, Uint8Array>

  constructor(options: PepperOptions | undefined) {
    this.#keys = options === undefined ? new Map() : readNamedKeys(options, 'pepper', place)
    this.current = options?.current
  }

  has(keyId: string): boolean {
    return this.#keys.has(keyId)
  }

  /** Keys a password: HMAC-SHA-256, so that it does not matter which function for passwords comes next. */
  apply(password: string, keyId: string | undefined): string {
    if (keyId === undefined) return password
    const { createHmac } = requireNodeCrypto('createPasswords')
    const key = this.#keys.get(keyId) as Uint8Array
    return encodeBase64Url(createHmac('sha256', key).update(password, 'utf8').digest())
  }

  /** A text as it is stored: which key, and which normalisation, in front of what the function for passwords wrote. */
  label(text: string): string {
    if (this.current === undefined) return text
    return `$pepper$k=${this.current},n=nfkc${text.startsWith('$') ? '' : ':'}${text}`
  }
}
