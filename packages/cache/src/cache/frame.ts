import type { Codec } from '@base/core/codec'
import { ValidationError } from '@base/core/errors'
import { textFrom } from '../store/isolate.js'

/** The first byte of an encoded value: this form of it. */
const VERSION = 1

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

/** A value as bytes: a byte for the form, then the codec's text in UTF-8. */
export function toBytes(value: unknown, codec: Codec): Uint8Array {
  const text = encoder.encode(textFrom(codec, value))
  const bytes = new Uint8Array(text.length + 1)
  bytes[0] = VERSION
  bytes.set(text, 1)
  return bytes
}

/**
 * The codec's text of a value.
 *
 * @throws ValidationError for what another version of the code has written.
 */
export function textOf(bytes: unknown): string {
  if (!(bytes instanceof Uint8Array) || bytes[0] !== VERSION) {
    throw new ValidationError({ issues: [{ path: '', message: 'is not a cache value of this version' }] })
  }
  return decoder.decode(bytes.subarray(1))
}
