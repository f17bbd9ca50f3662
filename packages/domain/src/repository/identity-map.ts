import { keyOf } from './key-of.js'
import type { Settings } from './memory-settings.js'
import type { Rows } from './store.js'

/**
 * The settings of a repository within one transaction: a row that is read again is the same object, unless it was written since,
 * be that taken back, or a part was taken back: what that changed in an object, and did not save, is gone with it.
 *
 * @see Martin Fowler, "Patterns of Enterprise Application Architecture", 2002, "Identity Map"
 */
export function withIdentities<T extends object, Id>(
  settings: Settings<T, Id>,
  rows: Rows<T> & { readonly undone: number },
): Settings<T, Id> {
  const known = new Map<unknown, { readonly kept: T; readonly entity: T }>()
  let undone = 0
  const toGiven = (kept: T): T => {
    if (undone !== rows.undone) known.clear()
    undone = rows.undone
    const key = keyOf(settings.id(kept))
    const last = known.get(key)
    if (last?.kept === kept) return last.entity
    const entity = settings.toGiven(kept)
    // What a stream or a page gives may have been written since that began, and is nobody's object then.
    if (rows.get(key)?.entity === kept) known.set(key, { kept, entity })
    return entity
  }
  return { ...settings, toGiven }
}
