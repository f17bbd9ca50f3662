import { TestClock } from '@base/core/testing'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { nightlyWork } from '../src/jobs/nightly-work.ts'
import { placeOrderOnce } from '../src/orders/place-order.ts'
import { openBareShop } from './bare-shop.ts'
import { forAda } from './start-service.ts'

test('the night forgets the keys of requests that are over, and no others', async () => {
  const { services, db, countedBy, close } = await openBareShop(new TestClock())
  const input = {
    ...forAda,
    customer: 'ada',
    notes: '',
    lines: [{ sku: 'MUG', quantity: 1, discountPercent: 0 }],
  }
  const place = (key: string) => placeOrderOnce(services, key, input)
  await place('over')
  await place('fresh')
  await db.execute(sql`update base_idempotency set expires_at = now() where key like '%:over'`)
  const fence = { job: 'night', countedBy, token: 1n }
  await nightlyWork(services, { signal: new AbortController().signal, fence })

  expect(await services.pruneKeys()).toBe(0)
  expect((await place('fresh')).replayed).toBe(true)
  await close()
})
