const NOTHING = new Uint8Array(0)

/**
 * Texts as bytes that can be read in one way only: each preceded by its length in bytes, as four bytes. So no two places are
 * the same bytes, wherever in them a text ends and the next begins. What stands in front is taken as it is.
 */
export function bytesOfParts(parts: readonly string[], front: Uint8Array = NOTHING): Buffer {
  let length = front.byteLength
  for (const part of parts) length += 4 + Buffer.byteLength(part)
  const bytes = Buffer.allocUnsafe(length)
  bytes.set(front)
  let offset = front.byteLength
  for (const part of parts) {
    const written = bytes.write(part, offset + 4)
    bytes.writeUInt32BE(written, offset)
    offset += 4 + written
  }
  return bytes
}
