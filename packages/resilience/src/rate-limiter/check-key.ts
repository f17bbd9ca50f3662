import { checkText, invalidOption } from '@base/core/options'
import { placesOf } from '../policy/place.js'

const MOST_BYTES = 512
/** No UTF-16 unit takes more bytes. */
const BYTES_PER_UNIT = 3

/** The key, if it is a text that every store can hold. */
export function checkKey(key: string, pattern: string): string {
  if (typeof key === 'string' && key !== '' && key.length * BYTES_PER_UNIT <= MOST_BYTES) return key
  const where = placesOf(pattern)('key')
  checkText(key, where)
  if (key.length > MOST_BYTES || new TextEncoder().encode(key).length > MOST_BYTES)
    throw invalidOption(`${key.length} characters`, where, `no longer than ${MOST_BYTES} bytes`)
  return key
}
