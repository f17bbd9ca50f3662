import { jsonCodec } from '@base/core/codec'
import { canonicalJson } from '../audit/canonical-json.js'
import { isWellFormed } from './well-formed.js'

/** The first byte of what is encrypted: how to read the rest. */
const TEXT = 0
const BYTES = 1
const CODED = 2

/** A value as bytes: texts and bytes as they are, everything else by the codec that also carries dates, bigints, maps and so on. */
export function toBytes(value: unknown): Buffer {
  // Half a surrogate pair has no UTF-8; JSON writes it as an escape.
  if (typeof value === 'string' && isWellFormed(value)) return text(TEXT, value)
  if (value?.constructor === Uint8Array) return Buffer.concat([Buffer.of(BYTES), value as Uint8Array])
  return text(CODED, jsonCodec.encode(value))
}

/**
 * The same bytes for equal values, which need not tell how to make them again: objects whatever the order of their members, 0 and
 * -0, bytes of whatever class where they are the value. Those of texts, numbers and a `Uint8Array` are those of {@link toBytes}; indexes are made of them.
 */
export function toIndexBytes(value: unknown): Buffer {
  if (value instanceof Uint8Array) return Buffer.concat([Buffer.of(BYTES), value])
  if (typeof value === 'string') return toBytes(value)
  return text(CODED, canonicalJson(JSON.parse(jsonCodec.encode(value), withoutMinus)))
}

function withoutMinus(_: string, item: unknown): unknown {
  return (item as { $number?: unknown } | null)?.$number === '-0' ? 0 : item
}

/** The value that bytes stand for. */
export function fromBytes(bytes: Buffer): unknown {
  switch (bytes[0]) {
    case TEXT:
      return bytes.toString('utf8', 1)
    case BYTES:
      return Uint8Array.from(bytes.subarray(1))
    default:
      return jsonCodec.decode(bytes.toString('utf8', 1))
  }
}

function text(tag: number, content: string): Buffer {
  const bytes = Buffer.allocUnsafe(Buffer.byteLength(content) + 1)
  bytes[0] = tag
  bytes.write(content, 1)
  return bytes
}
