import { checkInteger } from '../options/options.js'
import { err, ok } from '../result/ok-err.js'
import type { Result } from '../result/result.js'
import { fromBase32, toBase32, toPair } from './base32.js'
import { type IdOptions, idSource } from './id-options.js'
import { IdSequence, MAX_TIME } from './id-sequence.js'
import { InvalidIdError } from './invalid-id-error.js'
import { RandomWords } from './random-words.js'

// 26 digits hold 130 bits, so the first is at most 7.
const ULID: RegExp = /* @__PURE__ */ new RegExp(`^[0-7]${'[0-9A-HJKMNP-TV-Z]'.repeat(25)}$`, 'i')
const TIME_DIGITS = 10
const HIGH_DIGITS = 6

/**
 * A new ULID: 26 characters, the time in the first ten, so that it sorts by age.
 *
 * Within the thread every id is greater than all before it, also within a millisecond and when the clock steps back.
 * The specification's way to that is to add one to the id before, which tells everyone the next id; here 40 of the 80
 * bits behind the time are a counter that begins at random in each millisecond, and 40 are random in each id.
 *
 * @example
 * ulid() // '01JGFJJZ00TQ4V9S3M2X8D7K1P'
 * @see https://github.com/ulid/spec
 */
export function ulid(): string {
  return generate()
}

const generate = /* @__PURE__ */ createUlid()

/**
 * A source of ULIDs with a clock and randomness of its own, for tests. Its ids are ordered among themselves.
 *
 * @example
 * const nextId = createUlid({ clock: new TestClock(), random: seededRandom(1) })
 * nextId() // the same in every run
 *
 * @throws InvalidOptionError for a clock or random that is none, and from the returned function where the time of the
 * clock is not within 0 and 2^48 − 1.
 */
export function createUlid(options: IdOptions = {}): () => string {
  const source = idSource(options, 'createUlid')
  const sequence = new IdSequence(source, { high: 30, low: 10 })
  let head = ''
  return () => {
    if (sequence.next()) head = toBase32(sequence.time, TIME_DIGITS) + toBase32(sequence.high, HIGH_DIGITS)
    return head + (toPair(sequence.low) + randomDigits(source.words))
  }
}

/**
 * A ULID with a time of your choice and 80 random bits: for rows that are older than their id. Ids of the same time are
 * in no order.
 *
 * @param time - Milliseconds since 1970, an integer from 0 to 2^48 − 1.
 *
 * @example
 * ulidAt(Date.UTC(2025, 0, 1)) // '01JGFJJZ00…'
 * @throws InvalidOptionError for any other time.
 */
export function ulidAt(time: number): string {
  checkInteger(time, { package: '@base/core', pattern: 'ulidAt', option: 'time', max: MAX_TIME })
  return toBase32(time, TIME_DIGITS) + randomDigits(platformWords) + randomDigits(platformWords)
}

const platformWords = /* @__PURE__ */ new RandomWords(undefined)

/**
 * Whether a value is a ULID, in capitals or not.
 *
 * @example
 * isUlid('01JGFJJZ00TQ4V9S3M2X8D7K1P') // true
 */
export function isUlid(value: unknown): value is string {
  return typeof value === 'string' && ULID.test(value)
}

/**
 * A ULID from outside, in capitals, so that equal ids are equal texts.
 *
 * @example
 * parseUlid('01jgfjjz00tq4v9s3m2x8d7k1p') // { ok: true, value: '01JGFJJZ00TQ4V9S3M2X8D7K1P' }
 */
export function parseUlid(value: unknown): Result<string, InvalidIdError> {
  if (isUlid(value)) return ok(value.toUpperCase())
  const reason = "it must have 26 digits of Crockford's base 32, the first at most 7"
  return err(new InvalidIdError('a ULID', reason))
}

/**
 * When a ULID was made, in milliseconds since 1970, by the clock of whoever made it.
 *
 * @example
 * timeOfUlid('01JGFJJZ00TQ4V9S3M2X8D7K1P') // { ok: true, value: 1735689600000 }
 */
export function timeOfUlid(value: unknown): Result<number, InvalidIdError> {
  const id = parseUlid(value)
  return id.ok ? ok(fromBase32(id.value.slice(0, TIME_DIGITS))) : id
}

/** Eight digits, 40 bits. */
function randomDigits(words: RandomWords): string {
  const first = toPair(words.next() & 1_023) + toPair(words.next() & 1_023)
  return first + (toPair(words.next() & 1_023) + toPair(words.next() & 1_023))
}
