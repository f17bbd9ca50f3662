import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import { CacheBusMessageType } from 'bentocache/types'
import { eq } from 'drizzle-orm'
import type { Redis } from 'ioredis'
import type { Db } from '../database/database.ts'
import { items } from '../database/schema.ts'
import type { Meters } from '../telemetry/meters.ts'
import type { Item } from './item.ts'

/** Single items, read through a cache: in this process and, where there is one, in Redis. Orders never read through it. */
export class ItemCache {
  readonly #cache: ReturnType<typeof openCache>
  readonly #db: Db
  /** Reads that are under way, and whether their item was changed meanwhile. */
  readonly #reads = new Set<{ readonly sku: string; isStale: boolean }>()

  constructor(db: Db, redis: Redis | undefined, { cacheRequests }: Pick<Meters, 'cacheRequests'>) {
    this.#db = db
    this.#cache = openCache(redis)
    this.#cache.on('bus:message:received', ({ message }) => {
      if (message.type === CacheBusMessageType.Delete) this.#noteChange(message.keys)
    })
    this.#cache.on('cache:hit', () => cacheRequests.inc({ outcome: 'hit' }))
    this.#cache.on('cache:miss', () => cacheRequests.inc({ outcome: 'miss' }))
  }

  async find(sku: string): Promise<Item | undefined> {
    const read = { sku, isStale: false }
    this.#reads.add(read)
    try {
      return await this.#read(sku)
    } finally {
      this.#reads.delete(read)
      // It may have brought back what was there before.
      if (read.isStale) await this.#cache.delete({ key: sku })
    }
  }

  #read(sku: string): Promise<Item | undefined> {
    return this.#cache.getOrSet<Item | undefined>({
      key: sku,
      factory: async ({ skip }) => {
        const [item] = await this.#db.select().from(items).where(eq(items.sku, sku))
        // Names of nothing are without end: they get no room.
        return item ?? skip()
      },
    })
  }

  /** Does what changes items, and forgets these then: also where it fails, for the answer to a COMMIT may be what was lost. */
  async whileChanging<T>(skus: readonly string[], change: () => Promise<T>): Promise<T> {
    try {
      return await change()
    } finally {
      this.#noteChange(skus)
      await this.#cache.deleteMany({ keys: [...skus] })
    }
  }

  #noteChange(skus: readonly string[]): void {
    for (const read of this.#reads) if (skus.includes(read.sku)) read.isStale = true
  }

  close(): Promise<void> {
    // Where Redis is away it cannot say goodbye.
    return this.#cache.disconnectAll().catch(() => {})
  }
}

function openCache(redis: Redis | undefined) {
  // In front of another layer it fails on what comes from there: Julien-R44/bentocache#111.
  const serialize = redis !== undefined
  const memory = bentostore().useL1Layer(memoryDriver({ maxItems: 10_000, serialize }))
  const layers =
    redis === undefined
      ? memory
      : memory.useL2Layer(redisDriver({ connection: redis })).useBus(redisBusDriver({ connection: redis }))
  return new BentoCache({
    default: 'items',
    prefix: 'peer-orders',
    ttl: '5s',
    l2CircuitBreakerDuration: '2s',
    stores: { items: layers },
  })
}
