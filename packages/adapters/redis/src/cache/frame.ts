import type { Entry, NewEntry } from '@base/cache/store'

/*
 * An entry as it lies in Redis: a byte for the form, 16 digits of the version, which the scripts read, four doubles (expiresAt,
 * staleUntil, createdAt, loadTime; NaN where there is none), the length of the tags, the tags as JSON, the value.
 */

const FORM = 0x31
const VERSION_LENGTH = 16
const TIMES = 1 + VERSION_LENGTH
const TAGS_LENGTH = TIMES + 4 * 8
const TAGS = TAGS_LENGTH + 4

/** An entry with its version. */
export function toFrame(entry: NewEntry<Uint8Array>, version: number): Buffer {
  const tags = Buffer.from(JSON.stringify(entry.tags))
  const frame = Buffer.allocUnsafe(TAGS + tags.length + entry.value.length)
  frame[0] = FORM
  frame.write(String(version).padStart(VERSION_LENGTH, '0'), 1, 'latin1')
  const times = [entry.expiresAt, entry.staleUntil, entry.createdAt, entry.loadTime]
  for (const [index, time] of times.entries()) frame.writeDoubleBE(time ?? Number.NaN, TIMES + 8 * index)
  frame.writeUInt32BE(tags.length, TAGS_LENGTH)
  frame.set(tags, TAGS)
  frame.set(entry.value, TAGS + tags.length)
  return frame
}

/** `undefined` for what is no entry: somebody else may have written there. */
export function fromFrame(frame: Buffer): Entry<Uint8Array> | undefined {
  if (frame.length < TAGS || frame[0] !== FORM) return undefined
  const end = TAGS + frame.readUInt32BE(TAGS_LENGTH)
  const tags = tagsOf(frame.toString('latin1', 1, TIMES), frame.toString('utf8', TAGS, end))
  if (tags === undefined || end > frame.length) return undefined
  const createdAt = frame.readDoubleBE(TIMES + 16)
  const loadTime = frame.readDoubleBE(TIMES + 24)
  return {
    value: frame.subarray(end),
    version: tags.version,
    expiresAt: frame.readDoubleBE(TIMES),
    staleUntil: frame.readDoubleBE(TIMES + 8),
    tags: tags.tags,
    ...(!Number.isNaN(createdAt) && { createdAt }),
    ...(!Number.isNaN(loadTime) && { loadTime }),
  }
}

function tagsOf(version: string, tags: string): Pick<Entry, 'version' | 'tags'> | undefined {
  try {
    const parsed: unknown = JSON.parse(tags)
    return Array.isArray(parsed) ? { version: BigInt(version), tags: parsed } : undefined
  } catch {
    return undefined
  }
}
