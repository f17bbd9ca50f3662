import { checkOptions, invalidOption } from '@base/core/options'
import { placeOf } from '../place.js'
import { checkPrefix, hasChecksum, keyPattern } from './api-key-text.js'

/** Options of {@link findApiKeys}. */
export interface FindApiKeysOptions {
  /** What the keys begin with, as in `createApiKeys`. @defaultValue 'key' */
  readonly prefix?: string | undefined
}

const place = /* @__PURE__ */ placeOf('findApiKeys')

/**
 * The keys that stand in a text, whatever is before and behind them: for what looks for leaks before a commit, or takes secrets
 * out of a log. A text that only looks like a key does not have its checksum, but for one in four thousand million. Nothing is
 * asked; whether a key is good only `verify` knows.
 *
 * @example
 * findApiKeys('curl -H "x-api-key: shop_live_…"', { prefix: 'shop_live' }) // []
 *
 * @throws InvalidOptionError for a text or a prefix that is none.
 */
export function findApiKeys(text: string, options: FindApiKeysOptions = {}): readonly string[] {
  const { prefix = 'key' } = checkOptions(options, place('options'))
  if (typeof text !== 'string') throw invalidOption(text, place('text'), 'a text')
  const pattern = keyPattern(checkPrefix(prefix, place('prefix')))
  const found = Array.from(text.matchAll(pattern), ([, key = '']) => key)
  return [...new Set(found)].filter(hasChecksum)
}
