import { checkText, invalidOption, type OptionPlace } from '@base/core/options'
import { randomBase62, toBase62 } from './base62.js'
import { crc32 } from './crc32.js'

/** 95 bits, which nobody meets twice. */
const ID_LENGTH = 16
/** 190 bits: no less than the 178 of GitHub's tokens, so that a plain SHA-256 of it can be stored. */
const SECRET_LENGTH = 32
const CHECKSUM_LENGTH = 6
const LONGEST_PREFIX = 32
const PREFIX = /^[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*$/

/** What follows a prefix in every key. */
const REST = `_([0-9A-Za-z]{${ID_LENGTH}})_[0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}}`
const REST_FORM = new RegExp(`^${REST}$`)
const ID_FORM = new RegExp(`^[0-9A-Za-z]{${ID_LENGTH}}$`)

/** A new id of a key. No secret. */
export function createKeyId(): string {
  return randomBase62(ID_LENGTH)
}

/** Whether something can be the id of a key. */
export function isKeyId(value: unknown): value is string {
  return typeof value === 'string' && ID_FORM.test(value)
}

/** A new key: `<prefix>_<id>_<secret><checksum>`, letters, digits and underscores, so that a double click selects all of it. */
export function createKeyText(prefix: string, id: string): string {
  const body = `${prefix}_${id}_${randomBase62(SECRET_LENGTH)}`
  return body + checksumOf(body)
}

/** The id in a key of a prefix; `undefined` where form or checksum are wrong, of whatever type it is. */
export function readKeyText(text: unknown, prefix: string): string | undefined {
  if (typeof text !== 'string' || !text.startsWith(prefix)) return undefined
  const id = REST_FORM.exec(text.slice(prefix.length))?.[1]
  return id !== undefined && hasChecksum(text) ? id : undefined
}

/** Finds what has the form of a key of a prefix, at every place where one may begin: each match has it as its first group. */
export function keyPattern(prefix: string): RegExp {
  return new RegExp(`(?=(${prefix}${REST}))`, 'g')
}

/** Whether a text of the form ends with the checksum of the rest. */
export function hasChecksum(text: string): boolean {
  const end = text.length - CHECKSUM_LENGTH
  return text.slice(end) === checksumOf(text.slice(0, end))
}

/** A prefix. @throws InvalidOptionError */
export function checkPrefix(value: unknown, place: OptionPlace): string {
  const prefix = checkText(value, { ...place, maxLength: LONGEST_PREFIX })
  if (PREFIX.test(prefix)) return prefix
  throw invalidOption(
    prefix,
    place,
    'letters and digits, the first a letter, with single underscores between',
  )
}

function checksumOf(body: string): string {
  return toBase62(crc32(body), CHECKSUM_LENGTH)
}
