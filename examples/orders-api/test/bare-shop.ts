import type { Clock } from '@base/core/clock'
import { ok } from '@base/core/result'
import { memoryLogger } from '@base/observability/testing'
import { coordinateAlone } from '../src/coordination/alone.ts'
import { openDatabase } from '../src/database/open-database.ts'
import { openCipher } from '../src/encryption/shop-cipher.ts'
import { cacheItems, openItemCache } from '../src/items/cached-items.ts'
import { publish } from '../src/orders/events.ts'
import { placeOrder } from '../src/orders/place-order.ts'
import { openStores } from '../src/stores.ts'
import { forAda } from './start-service.ts'

/** A shop without HTTP, with a mug in it that was ordered. */
export async function openBareShop(clock: Clock) {
  const cipher = openCipher(undefined, clock)
  const database = await openDatabase({ dataDir: 'memory://', databaseTimeout: '10s' }, cipher)
  const coordination = coordinateAlone(database, clock)
  const cache = openItemCache(coordination, clock)
  const stores = cacheItems(openStores(database, cipher), cache)
  const { lock, countedBy, repetitions } = coordination
  const payments = { take: async () => ok(undefined), giveBack: async (_: string) => {} }
  const { logger } = memoryLogger()
  const services = { ...stores, clock, logger, lock, repetitions, payments, publish }
  const mug = { sku: 'MUG', name: 'Mug', description: '', price: 2_000, stock: 5, status: 'active' } as const
  await stores.items.save({ ...mug, version: 0 })
  await stores.customers.save({ username: 'ada', name: 'Ada', email: 'ada@example.com', version: 0 })
  const order = () =>
    placeOrder(services, {
      ...forAda,
      customer: 'ada',
      notes: '',
      lines: [{ sku: 'MUG', quantity: 2, discountPercent: 0 }],
    })
  const close = async () => {
    await cache.close()
    await database.close()
  }
  const { db } = database
  return {
    services,
    db,
    countedBy,
    order,
    stock: async () => (await stores.items.findById('MUG'))?.stock,
    close,
  }
}
