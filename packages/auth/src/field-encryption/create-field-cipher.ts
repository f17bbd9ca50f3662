import { untilAborted } from '@base/core/abort'
import { type Clock, systemClock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkFunction, checkInteger, checkMethods, invalidOption } from '@base/core/options'
import { kindOfSecret } from '../kind-of-secret.js'
import { placeOf } from '../place.js'
import { signalOf } from '../signal-of.js'
import { withoutText } from '../without-text.js'
import { NONCE_BYTES, open, seal, TAG_BYTES } from './aes-gcm.js'
import { blindIndexOf, fetchIndexKeys } from './blind-index.js'
import { DataKeys } from './data-keys.js'
import { parseEnvelope, parseHeader } from './envelope.js'
import type { FieldCipher, FieldCipherCall } from './field-cipher.js'
import { FieldCipherError } from './field-cipher-error.js'
import type { IndexKey, KmsPort } from './kms-port.js'
import { bytesOfParts } from './part-bytes.js'
import { type ColumnPlace, type FieldPlace, readPlace } from './place.js'
import { Renewed } from './renewed.js'
import { fromBytes, toBytes, toIndexBytes } from './value-bytes.js'

const PLACE = ['tenant', 'table', 'column', 'rowId'] as const
const MOST_INDEX_BITS = 256

/** Options of {@link createFieldCipher}. */
export interface FieldCipherOptions<Name extends string = 'tenant' | 'table' | 'column' | 'rowId'> {
  /** Who keeps the keys: `localKeys([…])`, or an adapter of a key management service. */
  readonly keys: KmsPort
  /**
   * What names the place of a field, in this order; every call must then give all of it. Once there are fields it cannot change.
   * @defaultValue ['tenant', 'table', 'column', 'rowId']
   */
  readonly context?: readonly Name[] | undefined
  /** Makes equal what a search shall take for equal, before a text is indexed. Do not change it later. @defaultValue NFC */
  readonly normalize?: ((text: string) => string) | undefined
  /**
   * How much of a blind index is kept, in whole bytes: fewer bits hide more and find too much. From 32 to 256. Do not change it
   * later.
   * @defaultValue 256
   */
  readonly indexBits?: number | undefined
  /** How long whoever keeps the keys may take for each answer, more than 0. One that takes longer is away. @defaultValue '5s' */
  readonly timeout?: Duration | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/**
 * Makes a cipher for single fields.
 *
 * @example
 * const key = crypto.getRandomValues(new Uint8Array(32))
 * const cipher = createFieldCipher({ keys: localKeys([{ id: '2026', key, state: 'primary' }]) })
 * const place = { tenant: 'acme', table: 'customer', column: 'email', rowId: '7' }
 *
 * const text = await cipher.encrypt('ana@example.com', place)
 * await cipher.decrypt(text, place) // 'ana@example.com'
 * await cipher.decrypt(text, { ...place, rowId: '8' }) // throws FIELD_TAMPERED
 *
 * @throws `InvalidOptionError` naming the option.
 */
export function createFieldCipher<const Name extends string = 'tenant' | 'table' | 'column' | 'rowId'>(
  options: FieldCipherOptions<Name>,
): FieldCipher<Name> {
  return new EnvelopeCipher<Name>(options)
}

class EnvelopeCipher<Name extends string> implements FieldCipher<Name> {
  readonly #kms: KmsPort
  readonly #keys: DataKeys
  readonly #indexKeys: Renewed<readonly IndexKey[]>
  readonly #names: readonly string[]
  readonly #normalize: (text: string) => string
  readonly #indexBytes: number

  constructor(options: FieldCipherOptions<Name>) {
    const { keys, context = PLACE, clock = systemClock, indexBits = MOST_INDEX_BITS } = options ?? {}
    this.#kms = checkMethods(
      withoutText(keys) as KmsPort,
      ['generateDataKey', 'unwrapDataKey'],
      optionOf('keys'),
    )
    this.#names = readNames(context)
    this.#normalize = checkFunction(options.normalize ?? toNfc, optionOf('normalize'))
    this.#indexBytes = checkIndexBits(indexBits) / 8
    checkMethods(clock, ['monotonic', 'schedule'], optionOf('clock'))
    const timeout = toMilliseconds(options.timeout ?? '5s', { ...optionOf('timeout'), positive: true })
    const access = { kms: keys, timeout, clock }
    this.#keys = new DataKeys(access)
    this.#indexKeys = new Renewed(access, fetchIndexKeys, Number.POSITIVE_INFINITY)
  }

  async encrypt(value: unknown, place: FieldPlace<Name>, call?: FieldCipherCall): Promise<string> {
    const signal = signalIn(call)
    const parts = readPlace(this.#names, place)
    const bytes = toBytes(value)
    const { key, header, aad } = await within(this.#keys.encrypting(), signal)
    return `${header}.${seal(key, bytes, aad.of(parts)).toString('base64url')}`
  }

  async decrypt<T>(text: string, place: FieldPlace<Name>, call?: FieldCipherCall): Promise<T> {
    const signal = signalIn(call)
    const parts = readPlace(this.#names, place)
    const { header, body } = parseEnvelope(text, this.#keys.lastHeader)
    const ready = within(this.#keys.decrypting(header), signal)
    const { key, aad } = ready instanceof Promise ? await ready : ready
    if (body.length <= NONCE_BYTES + TAG_BYTES) throw new FieldCipherError({ code: 'FIELD_MALFORMED' })
    const end = body.length - TAG_BYTES
    const nonce = body.subarray(0, NONCE_BYTES)
    const opened = open(key, nonce, body.subarray(NONCE_BYTES, end), body.subarray(end), aad.of(parts))
    return fromBytes(opened) as T
  }

  needsReencrypt(text: string): boolean {
    return parseHeader(parseEnvelope(text).header).keyId !== this.#kms.primaryId
  }

  async blindIndex(value: unknown, place: ColumnPlace<Name>, call?: FieldCipherCall): Promise<string> {
    const [first] = await this.blindIndexes(value, place, call)
    return first as string
  }

  async blindIndexes(
    value: unknown,
    place: ColumnPlace<Name>,
    call?: FieldCipherCall,
  ): Promise<readonly string[]> {
    const signal = signalIn(call)
    const names = this.#names.filter((name) => name !== 'rowId')
    const column = bytesOfParts(readPlace(names, place))
    const bytes = toIndexBytes(typeof value === 'string' ? this.#normal(value) : value)
    const keys = await within(this.#indexKeys.get(), signal)
    return keys.map((key) => blindIndexOf(key, column, bytes, this.#indexBytes))
  }

  /** Of a function that forgets to return, all texts would be equal. */
  #normal(text: string): string {
    const normal: unknown = this.#normalize(text)
    if (typeof normal === 'string') return normal
    const received = `one that gives ${kindOfSecret(normal)}`
    throw invalidOption(received, optionOf('normalize'), 'a function that gives a text')
  }
}

function signalIn(call: FieldCipherCall | undefined): AbortSignal | undefined {
  return call === undefined ? undefined : signalOf(call, optionOf)
}

function within<T>(found: T | Promise<T>, signal: AbortSignal | undefined): T | Promise<T> {
  return signal === undefined ? found : untilAborted(Promise.resolve(found), signal)
}

function toNfc(text: string): string {
  return text.normalize('NFC')
}

function readNames(context: readonly string[]): readonly string[] {
  const isList = Array.isArray(context) && context.length > 0 && new Set(context).size === context.length
  if (isList && context.every((name) => typeof name === 'string' && name !== '')) return [...context]
  throw invalidOption(context, optionOf('context'), 'a list of names, none empty and none twice')
}

function checkIndexBits(value: number): number {
  const bits = checkInteger(value, { ...optionOf('indexBits'), min: 32, max: MOST_INDEX_BITS })
  if (bits % 8 === 0) return bits
  throw invalidOption(value, optionOf('indexBits'), 'a multiple of 8')
}

const optionOf = /* @__PURE__ */ placeOf('createFieldCipher')
