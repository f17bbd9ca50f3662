import { keyOf } from './key-of.js'
import type { Settings } from './memory-settings.js'

/**
 * The settings of a repository within one transaction: a row that is read again is the same object, unless it was written since,
 * be that taken back.
 *
 * @see Martin Fowler, "Patterns of Enterprise Application Architecture", 2002, "Identity Map"
 */
export function withIdentities<T extends object, Id>(settings: Settings<T, Id>): Settings<T, Id> {
  const known = new Map<unknown, { readonly kept: T; readonly entity: T }>()
  const toGiven = (kept: T): T => {
    const key = keyOf(settings.id(kept))
    const last = known.get(key)
    if (last?.kept === kept) return last.entity
    const entity = settings.toGiven(kept)
    known.set(key, { kept, entity })
    return entity
  }
  return { ...settings, toGiven }
}
