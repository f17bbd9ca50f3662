import { err, ok } from '../result/ok-err.js'
import type { Result } from '../result/result.js'
import { byteToHex, toHex } from './hex.js'
import { type IdOptions, idSource } from './id-options.js'
import { IdSequence } from './id-sequence.js'
import { InvalidIdError } from './invalid-id-error.js'

// Every digit is written out: the engine counts the turns of a group such as {8}, which takes half as long again.
const UUID: RegExp = /* @__PURE__ */ new RegExp(
  `^${[8, 4, 4, 4, 12].map((length) => '[0-9a-f]'.repeat(length)).join('-')}$`,
  'i',
)

/**
 * A new UUID of version 7: its first 48 bits are the time, so that it sorts by age, in an index of a database as well.
 *
 * Within the thread every id is greater than all before it, as a text and as bytes, also within a millisecond and when
 * the clock steps back. Between threads and processes the order is as good as their clocks. Each id has 42 random bits of its own,
 * beside a counter of 32 bits that begins at random in each millisecond: hard to guess, and still no substitute for a
 * permission check. It tells when it was made.
 *
 * @example
 * uuidv7() // '01941f29-7c00-7b3e-9c1d-4f2a8e6b0d17'
 * @see RFC 9562, sections 5.7 and 6.2
 */
export function uuidv7(): string {
  return generate()
}

const generate = /* @__PURE__ */ createUuidv7()

/**
 * A source of UUIDs of version 7 with a clock and randomness of its own, for tests. Its ids are ordered among themselves.
 *
 * @example
 * const nextId = createUuidv7({ clock: new TestClock(), random: seededRandom(1) })
 * nextId() // the same in every run
 *
 * @throws InvalidOptionError for a clock or random that is none, and from the returned function where the time of the
 * clock is not within 0 and 2^48 − 1.
 */
export function createUuidv7(options: IdOptions = {}): () => string {
  const source = idSource(options, 'createUuidv7')
  const { words } = source
  const sequence = new IdSequence(source, { high: 26, low: 6 })
  let head = ''
  return () => {
    if (sequence.next()) head = uuidHead(sequence.time, sequence.high)
    const a = words.next()
    const b = words.next()
    const c = words.next()
    // The tail first: a text of up to 12 characters is copied, a longer one becomes a rope.
    const middle = byteToHex((sequence.low << 2) | (a & 3)) + byteToHex(a >>> 8) + byteToHex(b & 255)
    return head + (middle + (byteToHex(b >>> 8) + byteToHex(c & 255) + byteToHex(c >>> 8)))
  }
}

/**
 * Whether a value is a UUID in its usual form of 36 characters, of any version, in capitals or not.
 *
 * @example
 * isUuid('01941f29-7c00-7b3e-9c1d-4f2a8e6b0d17') // true
 */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value)
}

/**
 * A UUID from outside, of any version, in lower case, so that equal ids are equal texts.
 *
 * @example
 * parseUuid('01941F29-7C00-7B3E-9C1D-4F2A8E6B0D17') // { ok: true, value: '01941f29-7c00-7b3e-9c1d-4f2a8e6b0d17' }
 */
export function parseUuid(value: unknown): Result<string, InvalidIdError> {
  if (isUuid(value)) return ok(value.toLowerCase())
  const reason = 'it must have 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12'
  return err(new InvalidIdError('a UUID', reason))
}

/**
 * When a UUID of version 7 was made, in milliseconds since 1970, by the clock of whoever made it.
 *
 * @example
 * timeOfUuid('01941f29-7c00-7b3e-9c1d-4f2a8e6b0d17') // { ok: true, value: 1735689600000 }
 */
export function timeOfUuid(value: unknown): Result<number, InvalidIdError> {
  const uuid = parseUuid(value)
  if (!uuid.ok) return uuid
  if (uuid.value[14] !== '7')
    return err(new InvalidIdError('a UUID of version 7', 'other versions have no such time'))
  return ok(Number.parseInt(uuid.value.slice(0, 8) + uuid.value.slice(9, 13), 16))
}

/** Time, version, variant and the high half of the counter: all but the last 48 bits. */
function uuidHead(time: number, high: number): string {
  const ms = toHex(time, 12)
  const variant = 0x8000 | (high & 0x3fff)
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7${toHex(high >>> 14, 3)}-${toHex(variant, 4)}-`
}
