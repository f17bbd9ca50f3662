import { digestOf } from './digest.js'

/** Longer keys do not fit into an index of PostgreSQL: at most 1,536 bytes in UTF-8. */
const MAX_LENGTH = 512
const DIGESTED = 'sha256:'

/**
 * A key that every store can hold: the key itself, or its digest where it is longer than 512 UTF-16 units, holds U+0000 or
 * half of a surrogate pair. One that looks like a digest is digested too, so that no two keys become one.
 */
export function portableKey(key: string): string | Promise<string> {
  const fits = key.length <= MAX_LENGTH && !/\0|\p{Surrogate}/u.test(key) && !key.startsWith(DIGESTED)
  if (fits) return key
  const digest = digestOf(key)
  return typeof digest === 'string' ? DIGESTED + digest : digest.then((text) => DIGESTED + text)
}
