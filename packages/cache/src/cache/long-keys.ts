import { matchesPattern } from '../store/pattern.js'

/** In bytes of UTF-8; a longer key is known by so much of it, and by the SHA-256 of the whole. */
const LONGEST = 1_024
/** A text of so many UTF-16 units is never longer than that. */
const SURELY_SHORT = Math.floor(LONGEST / 3)
/** Stands before the SHA-256. */
const MARK = '#sha256:'
const DIGEST_LENGTH = MARK.length + 64

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/**
 * A key as it is, or shortened. No two keys have the same form: what is shortened is longer than every key that is not, and
 * two different keys of one SHA-256 are not known. Where there is no `node:crypto`, as in a browser, every key stays as it
 * is: there a cache is alone.
 */
export function shorten(key: string): string {
  return key.length <= SURELY_SHORT ? key : shortenLong(key)
}

function shortenLong(key: string): string {
  const bytes = encoder.encode(key)
  const crypto = nodeCrypto()
  if (bytes.length <= LONGEST || crypto === undefined) return key
  return beginning(bytes) + MARK + crypto.createHash('sha256').update(bytes).digest('hex')
}

/** Whether a key as `shorten` made it matches; of one that is shortened, whether it can, by its beginning. */
export function matchesShortened(pattern: string, key: string): boolean {
  if (!isShortened(key)) return matchesPattern(pattern, key)
  const star = pattern.indexOf('*')
  if (star === -1) return shorten(pattern) === key
  const known = key.slice(0, -DIGEST_LENGTH)
  const wanted = pattern.slice(0, star)
  return known.startsWith(wanted) || wanted.startsWith(known)
}

function isShortened(key: string): boolean {
  return key.length > SURELY_SHORT && encoder.encode(key).length > LONGEST && nodeCrypto() !== undefined
}

/** Patterns that find at least those keys, as `shorten` made them, which `matchesShortened` accepts. */
export function scanPatterns(pattern: string): string[] {
  const star = pattern.indexOf('*')
  if (star === -1) return [shorten(pattern)]
  if (nodeCrypto() === undefined) return [pattern]
  const wanted = beginning(encoder.encode(pattern.slice(0, star)))
  return star === pattern.length - 1 ? [`${wanted}*`] : [pattern, `${wanted}*${MARK}*`]
}

/** As many whole characters as there is room for. */
function beginning(bytes: Uint8Array): string {
  let end = Math.min(bytes.length, LONGEST)
  while (end < bytes.length && ((bytes[end] as number) & 0b1100_0000) === 0b1000_0000) end--
  return decoder.decode(bytes.subarray(0, end))
}

function nodeCrypto(): typeof import('node:crypto') | undefined {
  return globalThis.process?.getBuiltinModule?.('node:crypto')
}
