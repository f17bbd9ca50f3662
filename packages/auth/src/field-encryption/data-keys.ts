import type { KeyObject } from 'node:crypto'
import { requireNodeCrypto } from '../tokens/keys/node-crypto.js'
import { askKms, type TimedKms } from './ask-kms.js'
import { type EnvelopeHeader, headerOf, parseHeader } from './envelope.js'
import { FieldAad } from './field-aad.js'
import { FieldCipherError } from './field-cipher-error.js'
import { isKeyId } from './local-keys.js'
import { LONGEST_USE, Renewed } from './renewed.js'

/** A data key, ready for use. */
export interface ReadyKey {
  readonly key: KeyObject
  /** A value that only this key gives, so that an envelope cannot be opened by two. */
  readonly commitment: Buffer
  readonly header: string
  /** What is authenticated with its fields. */
  readonly aad: FieldAad
}

interface KnownKey {
  readonly header: string
  readonly until: number
  /** At first a promise; the key itself from when it is there. */
  ready: ReadyKey | Promise<ReadyKey>
}

/** By far fewer fields than the 2^32 after which random nonces of one key could meet (NIST SP 800-38D, 8.3). */
const MOST_USES = 2 ** 24
const MOST_REMEMBERED = 1_000
const KEY_BYTES = 32
const MOST_WRAPPED = 4_096

/**
 * The data keys in memory: one that encrypts, replaced after an hour, after 2^24 fields, and when another key becomes primary;
 * and the last thousand that have decrypted, each for an hour, so that a key which was taken away in between serves no longer.
 */
export class DataKeys {
  readonly #access: TimedKms
  readonly #current: Renewed<ReadyKey>
  readonly #known = new Map<string, KnownKey>()
  #lastHeader: string | undefined

  constructor(access: TimedKms) {
    this.#access = access
    this.#current = new Renewed(access, generate, MOST_USES)
  }

  /** The key that encrypts now. */
  encrypting(): Promise<ReadyKey> {
    return this.#current.get()
  }

  /** The header that {@link decrypting} was asked for last: the next field has the same header, more often than not. */
  get lastHeader(): string | undefined {
    return this.#lastHeader
  }

  /**
   * The key that a header names, which must be committed to. What was found for one is remembered by all of its text, and is then
   * there at once, without a promise.
   */
  decrypting(header: string): ReadyKey | Promise<ReadyKey> {
    const now = this.#access.clock.monotonic()
    let known = this.#known.get(header)
    if (known === undefined || now >= known.until) known = this.#add(parseHeader(header), now)
    this.#lastHeader = known.header
    return known.ready
  }

  #add(parsed: EnvelopeHeader, now: number): KnownKey {
    // Written anew, for a part of a text holds all of it in memory, and fields can be long.
    const header = headerOf(parsed.keyId, parsed.wrapped, parsed.commitment)
    const added: KnownKey = { header, until: now + LONGEST_USE, ready: this.#find(parsed) }
    this.#known.delete(header)
    this.#known.set(header, added)
    void this.#settle(added)
    const [oldest] = this.#known.keys()
    if (this.#known.size > MOST_REMEMBERED && oldest !== undefined) this.#known.delete(oldest)
    return added
  }

  async #settle(known: KnownKey): Promise<void> {
    try {
      known.ready = await known.ready
    } catch {
      if (this.#known.get(known.header) === known) this.#known.delete(known.header)
    }
  }

  async #find({ keyId, wrapped, commitment }: EnvelopeHeader): Promise<ReadyKey> {
    const ready = await askKms(this.#access, async (kms) =>
      readyKey(keyId, await kms.unwrapDataKey(keyId, wrapped), wrapped),
    )
    const isSame =
      commitment.length === ready.commitment.length &&
      requireNodeCrypto('FieldCipher').timingSafeEqual(commitment, ready.commitment)
    if (isSame) return ready
    throw new FieldCipherError({ code: 'FIELD_TAMPERED', keyId })
  }
}

function generate(access: TimedKms): Promise<ReadyKey> {
  return askKms(access, async (kms) => {
    const { keyId, key, wrapped } = await kms.generateDataKey()
    return readyKey(keyId, key, wrapped)
  })
}

/** Two keys out of one by HKDF-SHA-256: one encrypts, one is shown, and neither follows from the other. */
function readyKey(keyId: string, dataKey: Uint8Array, wrapped: Uint8Array): ReadyKey {
  if (dataKey.byteLength !== KEY_BYTES) throw new RangeError(`A data key has ${KEY_BYTES} bytes.`)
  if (wrapped.byteLength > MOST_WRAPPED)
    throw new RangeError(`A wrapped key has at most ${MOST_WRAPPED} bytes.`)
  if (!isKeyId(keyId)) throw new RangeError('The id of a key has 1 to 64 letters, digits, _ and -.')
  const node = requireNodeCrypto('FieldCipher')
  const derive = (purpose: string) =>
    Buffer.from(
      node.hkdfSync('sha256', dataKey, keyId, `@base/auth field encryption 1: ${purpose}`, KEY_BYTES),
    )
  const commitment = derive('commitment')
  const header = headerOf(keyId, wrapped, commitment)
  return { key: node.createSecretKey(derive('encrypt')), commitment, header, aad: new FieldAad(header) }
}
