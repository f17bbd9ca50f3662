import { checkMethods } from '@base/core/options'
import { placeOf } from '../place.js'
import type { IdempotencyStore } from './idempotency-store.js'

/** The store, if it is one. @throws InvalidOptionError */
export function checkStore(store: IdempotencyStore, pattern: string): IdempotencyStore {
  return checkMethods(store, ['claim', 'renew', 'complete', 'release'], placeOf(pattern)('store'))
}
