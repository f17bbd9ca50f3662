import { type Cache, createCache } from '@base/cache'
import type { Clock } from '@base/core/clock'
import type { Coordination } from '../coordination/coordination.ts'
import type { Stores } from '../stores.ts'
import type { Item, Items } from './item.ts'

/** Saves items, and does what else there is to do about it. */
type Saving = <T>(items: readonly Item[], save: () => Promise<T>) => Promise<T>

const tagOf = (sku: string) => `item:${sku}`

/** A cache of items. What another instance changed, and it did not hear of, shows when an item's life is over. */
export function openItemCache({ cache }: Pick<Coordination, 'cache'>, clock: Clock): Cache {
  return createCache({ ...cache, namespace: 'items', ttl: '5s', clock })
}

/** Stores that read single items through a cache, and forget in it what changes, whoever changes it. */
export function cacheItems(stores: Stores, cache: Cache): Stores {
  const { items, unitOfWork } = stores
  const forget = (changed: readonly Item[]) => cache.deleteByTag(changed.map(({ sku }) => tagOf(sku)))
  return {
    ...stores,
    items: {
      ...savedBy(items, (changed, save) => save().finally(() => forget(changed))),
      findById: (sku) => cached(cache, items, sku),
    },
    unitOfWork: {
      run: async (fn, options) => {
        const changed: Item[] = []
        const noted: Saving = (items, save) => {
          changed.push(...items)
          return save()
        }
        try {
          return await unitOfWork.run((tx, unit) => {
            unit.afterCommit(() => forget(changed))
            return fn({ ...tx, items: savedBy(tx.items, noted) }, unit)
          }, options)
        } catch (error) {
          // The answer to a COMMIT may be what was lost: it may have been done.
          await forget(changed)
          throw error
        }
      },
    },
  }
}

function cached(cache: Cache, items: Items, sku: string): ReturnType<Items['findById']> {
  return cache.getOrSet(
    tagOf(sku),
    async ({ skip }) => {
      const item = await items.findById(sku)
      // Names of nothing are without end: they get no room.
      if (item === undefined) skip()
      return item
    },
    { tags: [tagOf(sku)] },
  )
}

/** The same items, whose saves go through `saving`. */
function savedBy(items: Items, saving: Saving): Items {
  return {
    findById: (...args) => items.findById(...args),
    findPage: (...args) => items.findPage(...args),
    lock: (...args) => items.lock(...args),
    save: (item, ...rest) => saving([item], () => items.save(item, ...rest)),
    saveMany: (many, ...rest) => saving(many, () => items.saveMany(many, ...rest)),
  }
}
