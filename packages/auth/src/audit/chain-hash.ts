import type { webcrypto } from 'node:crypto'
import { encodeBase64Url } from '@base/core/codec'
import type { OptionPlace } from '@base/core/options'
import type { Secret } from '@base/core/secret'
import { readNamedKeys } from '../named-keys.js'
import { hashText } from '../tokens/opaque/opaque-token.js'
import type { AuditEntry } from './audit-entry.js'
import { canonicalJson } from './canonical-json.js'

/** Keys beside the sink, without which nobody can write entries that fit: not even who may write to it. */
export interface AuditSeal {
  /** The id of the key for new entries. */
  readonly current: string
  /**
   * All keys by id: 1 to 32 letters, digits, `_`, `.`, `-`; at least 32 random bytes each. Keep former ones, to verify; give a new
   * one to all instances before it is `current`, for the same reason.
   */
  readonly keys: Readonly<Record<string, Uint8Array | Secret<Uint8Array>>>
}

/** Makes the hashes of a chain: keyed ones where there is a seal. */
export class ChainHash {
  readonly current: string | undefined
  readonly #keys: ReadonlyMap<string, Uint8Array<ArrayBuffer>>
  readonly #imported = new Map<string, Promise<webcrypto.CryptoKey>>()

  /** @throws InvalidOptionError naming what of the seal is wrong. */
  constructor(seal: AuditSeal | undefined, place: (option: string) => OptionPlace) {
    this.#keys = seal === undefined ? new Map() : readNamedKeys(seal, 'seal', place)
    this.current = seal?.current
  }

  /** Whether an entry with that key, or without one, can be judged. */
  knows(keyId: string | undefined): boolean {
    return keyId === undefined || this.#keys.has(keyId)
  }

  /** The hash of an entry, under the key that it names. */
  async of(entry: Omit<AuditEntry, 'hash'>): Promise<string> {
    const text = canonicalJson(entry)
    if (entry.keyId === undefined) return hashText(text)
    const key = await this.#key(entry.keyId)
    return encodeBase64Url(
      new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(text))),
    )
  }

  #key(id: string): Promise<webcrypto.CryptoKey> {
    const known = this.#imported.get(id)
    if (known !== undefined) return known
    const bytes = this.#keys.get(id) as Uint8Array<ArrayBuffer>
    const key = crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
    this.#imported.set(id, key)
    return key
  }
}
