import { jsonCodec } from '@base/core/codec'

/** The first byte of what is encrypted: how to read the rest. */
const TEXT = 0
const BYTES = 1
const CODED = 2

const SURROGATE = /[\ud800-\udfff]/

/** A value as bytes: texts and bytes as they are, everything else by the codec that also carries dates, bigints, maps and so on. */
export function toBytes(value: unknown): Buffer {
  // Half a surrogate pair has no UTF-8; JSON writes it as an escape.
  if (typeof value === 'string' && !SURROGATE.test(value)) return tagged(TEXT, Buffer.from(value, 'utf8'))
  if (value?.constructor === Uint8Array) return tagged(BYTES, value as Uint8Array)
  return tagged(CODED, Buffer.from(jsonCodec.encode(value), 'utf8'))
}

/** The value that bytes stand for. */
export function fromBytes(bytes: Buffer): unknown {
  const rest = bytes.subarray(1)
  switch (bytes[0]) {
    case TEXT:
      return rest.toString('utf8')
    case BYTES:
      return Uint8Array.from(rest)
    default:
      return jsonCodec.decode(rest.toString('utf8'))
  }
}

function tagged(tag: number, bytes: Uint8Array): Buffer {
  const all = Buffer.allocUnsafe(bytes.byteLength + 1)
  all[0] = tag
  all.set(bytes, 1)
  return all
}
