import { deferred } from '@base-internal/tools/deferred'
import { describeWithService } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import type { Db } from '../database/database.ts'
import { createMeters } from '../telemetry/meters.ts'
import type { Item } from './item.ts'
import { ItemCache } from './item-cache.ts'

const mug = { sku: 'MUG', price: 1 } as Item

function dbOf(find: () => Promise<Item[]> | undefined): Db {
  return { select: () => ({ from: () => ({ where: find }) }) } as unknown as Db
}

test('a read that was under way while its item changed does not bring the old one back', async () => {
  const answer = deferred<Item[]>()
  const answers = [answer.promise, Promise.resolve([{ ...mug, price: 2 }])]
  const cache = new ItemCache(
    dbOf(() => answers.shift()),
    undefined,
    createMeters(),
  )
  const early = cache.find('MUG')
  // As soon as it is asked for.
  await expect.poll(() => answers.length).toBe(1)
  await cache.whileChanging(['MUG'], async () => {})
  answer.resolve([mug])

  expect([await early, await cache.find('MUG')]).toMatchObject([{ price: 1 }, { price: 2 }])
  expect(await cache.find('MUG')).toMatchObject({ price: 2 })
})

describeWithService('redis', (server) => {
  test('what one instance has read another finds in Redis, and then in its memory', async () => {
    const instances = [0, 1].map(() => {
      const redis = new Redis(server.url)
      return {
        redis,
        cache: new ItemCache(
          dbOf(async () => [mug]),
          redis,
          createMeters(),
        ),
      }
    })
    const found = []
    for (const { cache } of [...instances, ...instances]) found.push(await cache.find('MUG'))
    for (const { redis, cache } of instances) {
      await cache.close()
      redis.disconnect()
    }

    expect(found).toEqual(Array(4).fill(mug))
  })
})
