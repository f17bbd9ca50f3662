import { type Cache, createCache, memoryCacheStore } from '@base/cache'
import type { Clock } from '@base/core/clock'
import type { Stores } from '../stores.ts'
import type { Items } from './item.ts'

/** Hears of every item that was told to be saved. */
type Changed = (skus: readonly string[]) => void

const tagOf = (sku: string) => `item:${sku}`

/** A cache of this process. Of another one's changes it does not hear: they show when an item's life is over. */
export function openItemCache(clock: Clock): Cache {
  return createCache({ layers: [memoryCacheStore({ maxEntries: 10_000, clock })], ttl: '5s', clock })
}

/** Stores that read single items through a cache, and forget in it what changes, whoever changes it. */
export function cacheItems(stores: Stores, cache: Cache): Stores {
  const { items, unitOfWork } = stores
  const forget = (skus: Iterable<string>) => cache.deleteByTag([...skus].map(tagOf))
  return {
    ...stores,
    items: {
      ...watched(items, () => {}),
      findById: (sku) => cached(cache, items, sku),
      save: (item) => items.save(item).finally(() => forget([item.sku])),
      saveMany: (many) => items.saveMany(many).finally(() => forget(many.map(({ sku }) => sku))),
    },
    unitOfWork: {
      run: async (fn, options) => {
        const changed = new Set<string>()
        const note: Changed = (skus) => skus.forEach((sku) => void changed.add(sku))
        try {
          return await unitOfWork.run((tx, unit) => {
            unit.afterCommit(() => forget(changed))
            return fn({ ...tx, items: watched(tx.items, note) }, unit)
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

function watched(items: Items, changed: Changed): Items {
  return {
    findById: (...args) => items.findById(...args),
    findPage: (...args) => items.findPage(...args),
    findForUpdate: (...args) => items.findForUpdate(...args),
    save: (item) => {
      changed([item.sku])
      return items.save(item)
    },
    saveMany: (many) => {
      changed(many.map(({ sku }) => sku))
      return items.saveMany(many)
    },
  }
}
