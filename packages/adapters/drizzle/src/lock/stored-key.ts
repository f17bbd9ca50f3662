import { hashOf } from '../migrate/hash.js'

/** Longer keys may not fit into an index of PostgreSQL: these have at most 1,536 bytes in UTF-8. */
const MAX_LENGTH = 512
const DIGESTED = 'sha256:'

/**
 * What the table knows a key by: the key itself, or a digest where PostgreSQL would refuse it or store it as another, for its
 * length, U+0000 or half of a surrogate pair. One that looks like a digest is digested too, so that no two keys become one.
 */
export async function storedKey(key: string): Promise<string> {
  const fits = key.length <= MAX_LENGTH && !/[\0\p{Surrogate}]/u.test(key) && !key.startsWith(DIGESTED)
  // As JSON, for bytes of UTF-8 do not tell halves of surrogate pairs apart.
  return fits ? key : DIGESTED + (await hashOf(JSON.stringify(key)))
}
