import { askRedis, describeWithPrivateService } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis-5'
import { expect, test } from 'vitest'
import { freshPrefix, patience } from '../cache/test-store.js'
import type { RedisClient } from '../connection/client.js'
import { checkSubscriber } from '../connection/subscriber.js'
import { ReleaseNews } from './release-news.js'

describeWithPrivateService('redis', {}, (redis) => {
  /** Asks as one does who waits for a lock, until a release is heard. */
  const untilHeard = async (client: Redis, begin: (news: ReleaseNews) => Promise<unknown>) => {
    client.on('error', () => undefined)
    const [admin, channel, heard] = [new Redis(redis.url), freshPrefix(), new Set<string>()]
    const subscriber = checkSubscriber(client as RedisClient, admin as RedisClient, 'test')
    const news = new ReleaseNews(subscriber, channel, (key) => heard.add(key))
    const publish = async (key: string) => {
      news.listen()
      if (news.isHeard) await admin.publish(channel, key)
      return heard.has(key)
    }
    try {
      await begin(news)
      await expect.poll(() => publish('first'), patience).toBe(true)
      await askRedis(redis.url, ['CLIENT', 'KILL', 'TYPE', 'pubsub'])
      await expect.poll(() => publish('after a break'), patience).toBe(true)
    } finally {
      for (const each of [client, admin]) each.disconnect()
    }
  }

  test('who waits while the subscriber connects is told, on ioredis 5 as well', async () => {
    const client = new Redis5(redis.url) as unknown as Redis
    await untilHeard(client, (news) => {
      const isConnected = new Promise((resolve) => client.once('connect', resolve))
      client.once('connect', () => news.listen())
      return isConnected
    })
  })

  test('a subscriber that does not subscribe anew by itself is made to', async () => {
    const client = new Redis(redis.url, { autoResubscribe: false })
    await untilHeard(client, async () => undefined)
  })
})
