import { decodeBase64Url, encodeBase64Url, jsonCodec } from '@base/core/codec'
import { UnsupportedError } from '@base/core/errors'
import { invalidOption, type OptionPlace } from '@base/core/options'
import { bytesOf } from '../value-object/object-kind.js'
import { InvalidCursorError } from './invalid-cursor-error.js'
import type { OrderKey } from './order.js'
import { type Signer, signer } from './signer.js'

const VERSION = 1
const MAX_LENGTH = 65_536
const MIN_SECRET_BYTES = 32

/** Options of {@link createCursors}. */
export interface CursorOptions {
  /**
   * Signs the cursors with HMAC-SHA-256, so that a client can only go where it was led. At least 32 bytes. Repositories
   * with the same secret take each other's cursors of the same order; a secret of its own tells them apart.
   * @defaultValue not signed
   */
  readonly secret?: string | Uint8Array | undefined
}

/** Turns the keys of a row into an opaque text and back. */
export interface Cursors {
  /**
   * The cursor of a row with these keys, in this order. Dates, bigints and text keep their full precision.
   *
   * @throws UnsupportedError where the keys are too long for a cursor, which has at most 65,536 characters.
   */
  encode(order: readonly OrderKey[], keys: readonly unknown[]): Promise<string>
  /**
   * The keys of a cursor.
   *
   * @throws {@link InvalidCursorError} where it is malformed, of another order or version, or its signature is wrong.
   */
  decode(order: readonly OrderKey[], cursor: unknown): Promise<readonly unknown[]>
}

/**
 * Makes cursors for keyset paging: for those who write a repository. A cursor holds its version, a hash of the order it
 * belongs to, and the keys of a row; it is URL-safe text. It is no secret: who has it can read the keys. It is bound to
 * the order, not to a repository.
 *
 * @throws InvalidOptionError where the secret is shorter than 32 bytes.
 */
export function createCursors({ secret }: CursorOptions, place: OptionPlace): Cursors {
  const seal = secret === undefined ? undefined : signer(checkSecret(secret, place))
  return {
    encode: async (order, keys) => {
      const payload = encodeBase64Url(
        new TextEncoder().encode(jsonCodec.encode([VERSION, hashOf(order), keys])),
      )
      const cursor = seal === undefined ? payload : `${payload}.${await seal.sign(payload)}`
      // It would be refused when it comes back.
      if (cursor.length > MAX_LENGTH) throw tooLong(order)
      return cursor
    },
    decode: async (order, cursor) => {
      if (typeof cursor !== 'string' || cursor === '' || cursor.length > MAX_LENGTH)
        throw new InvalidCursorError('it is malformed')
      return readKeys(order, await payloadOf(cursor, seal))
    },
  }
}

async function payloadOf(cursor: string, seal: Signer | undefined): Promise<string> {
  const [payload = '', signature, ...rest] = cursor.split('.')
  if (rest.length > 0) throw new InvalidCursorError('it is malformed')
  const isGenuine = seal === undefined ? signature === undefined : await seal.verify(payload, signature ?? '')
  if (!isGenuine) throw new InvalidCursorError('its signature is wrong')
  return payload
}

function readKeys(order: readonly OrderKey[], payload: string): readonly unknown[] {
  const content = parse(payload)
  const [version, hash, keys] = Array.isArray(content) ? content : []
  if (version !== VERSION) throw new InvalidCursorError('it is of another version')
  if (hash !== hashOf(order)) throw new InvalidCursorError('it belongs to another order')
  if (!Array.isArray(keys) || keys.length !== order.length || !keys.every(isScalar)) {
    throw new InvalidCursorError('it is malformed')
  }
  return keys
}

function parse(payload: string): unknown {
  try {
    return jsonCodec.decode(new TextDecoder('utf-8', { fatal: true }).decode(decodeBase64Url(payload)))
  } catch (cause) {
    throw new InvalidCursorError('it is malformed', cause)
  }
}

function tooLong(order: readonly OrderKey[]): UnsupportedError {
  const fields = order.map(({ field }) => field).join(', ')
  return new UnsupportedError({
    message: `A row has no cursor in the order of ${fields}: its keys are too long for ${MAX_LENGTH} characters.`,
  })
}

function isScalar(key: unknown): boolean {
  return key === null || key === undefined || typeof key !== 'object' || key instanceof Date
}

/** FNV-1a over the order: cursors of another one are told apart, not kept from anybody. */
function hashOf(order: readonly OrderKey[]): number {
  const text = order.map(({ field, direction, nulls }) => `${field} ${direction} ${nulls}`).join()
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}

function checkSecret(secret: unknown, place: OptionPlace): Uint8Array {
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret
  // Also of another realm, as a TextEncoder may be in tests; a copy, for the caller may wipe them.
  if (ArrayBuffer.isView(bytes) && bytes.byteLength >= MIN_SECRET_BYTES) return bytesOf(bytes).slice()
  // Described by its type, for the message must not show a secret.
  throw invalidOption(
    typeof secret === 'string' ? Object('secret') : secret,
    place,
    'a text or bytes, at least 32 bytes long',
  )
}
