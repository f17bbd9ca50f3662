import { describeWithPrivateService, lineTo } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis-5'
import { Redis as Redis54 } from 'ioredis-5-4'
import { createClient } from 'redis'
import { createClient as createClient5 } from 'redis-5'
import { describe, expect, test } from 'vitest'
import { freshPrefix, patience } from '../cache/test-store.js'
import type { RedisClient } from './client.js'
import { connect } from './connect.js'
import { checkSubscriber } from './subscriber.js'

const patient = { timeout: 30_000 }

/** What the tests need of any client. */
interface Opened {
  on(event: 'error', listener: () => void): unknown
}

const nodeRedis = async (
  client: Opened & { connect(): Promise<unknown>; destroy(): unknown; isOpen: boolean },
) => {
  client.on('error', () => undefined)
  await client.connect()
  return { client, [Symbol.dispose]: () => void (client.isOpen && client.destroy()) }
}
const ioredis = async (client: Opened & { disconnect(): void }) => {
  client.on('error', () => undefined)
  return { client, [Symbol.dispose]: () => client.disconnect() }
}

const CLIENTS: Readonly<Record<string, (url: string) => Promise<{ client: Opened } & Disposable>>> = {
  'ioredis 6': (url) => ioredis(new Redis(url)),
  'ioredis 5.9': (url) => ioredis(new Redis5(url)),
  'ioredis 5.4': (url) => ioredis(new Redis54(url)),
  'redis 6': (url) => nodeRedis(createClient({ url })),
  'redis 6 in RESP2': (url) => nodeRedis(createClient({ url, RESP: 2 })),
  'redis 5': (url) => nodeRedis(createClient5({ url, disableClientInfo: true })),
  'redis 5 in RESP3': (url) => nodeRedis(createClient5({ url, RESP: 3 })),
}

const isReady = (client: RedisClient) => ('status' in client ? client.status === 'ready' : client.isReady)

/** Whether a subscriber hears what others publish, asked until it does. */
async function expectToHear(url: string, channel: string, heard: readonly string[]) {
  const admin = new Redis(url)
  try {
    const publish = async () => {
      await admin.publish(channel, 'hello')
      return heard.includes('hello')
    }
    await expect.poll(publish, patience).toBe(true)
  } finally {
    admin.disconnect()
  }
}

describeWithPrivateService('redis', {}, (redis) => {
  describe.each(Object.entries(CLIENTS))('%s', (_, open) => {
    const subscriberOn = async (line: { readonly url: string }) => {
      const opened = await open(line.url)
      const client = opened.client as unknown as RedisClient
      await connect(client, 'test').send(['PING'], patient)
      return {
        client,
        subscriber: checkSubscriber(client, {} as RedisClient, 'test'),
        [Symbol.dispose]: () => opened[Symbol.dispose](),
      }
    }

    test('hears what it subscribes to in the turn in which its connection breaks', async () => {
      await using line = await lineTo(redis.url)
      using opened = await subscriberOn(line)
      const [channel, heard] = [freshPrefix(), [] as string[]]
      await new Promise(setImmediate)
      line.reset()
      const subscribed = opened.subscriber.subscribe(channel, (message) => heard.push(message))
      await subscribed.catch(() => opened.subscriber.subscribe(channel, (message) => heard.push(message)))
      await expectToHear(redis.url, channel, heard)
    })

    test('hears what it subscribes to anew in that turn', async () => {
      await using line = await lineTo(redis.url)
      using opened = await subscriberOn(line)
      const [channel, heard] = [freshPrefix(), [] as string[]]
      const hear = (message: string) => heard.push(message)
      await opened.subscriber.subscribe(channel, hear)
      await new Promise(setImmediate)
      line.reset()
      const left = opened.subscriber.unsubscribe(channel, hear).catch(() => undefined)
      await opened.subscriber.subscribe(channel, hear).catch(() => opened.subscriber.subscribe(channel, hear))
      await left
      await expectToHear(redis.url, channel, heard)
    })

    test('hears what it subscribes to while its server is away', async () => {
      using opened = await subscriberOn(redis)
      const [channel, heard] = [freshPrefix(), [] as string[]]
      await redis.kill()
      await expect.poll(() => isReady(opened.client), patience).toBe(false)
      const subscribed = opened.subscriber.subscribe(channel, (message) => heard.push(message))
      subscribed.catch(() => undefined)
      let failures = 0
      ;(opened.client as unknown as Opened).on('error', () => failures++)
      await expect.poll(() => failures, patience).toBeGreaterThan(1)
      await redis.start()
      await subscribed
      await expectToHear(redis.url, channel, heard)
    })
  })

  test.each(['redis 6', 'redis 5'])('%s tells whoever subscribes that it is closed', async (kind) => {
    await using line = await lineTo(redis.url)
    using opened = await (CLIENTS[kind] as (typeof CLIENTS)[string])(line.url)
    const client = opened.client as unknown as RedisClient & { destroy(): void }
    const subscriber = checkSubscriber(client, {} as RedisClient, 'test')
    const subscribed = subscriber.subscribe(freshPrefix(), () => undefined)
    const rejection = Promise.all([subscribed, subscriber.subscribe(freshPrefix(), () => undefined)]).catch(
      String,
    )
    client.destroy()
    expect(await rejection).toContain('Error')
    await expect(subscriber.subscribe(freshPrefix(), () => undefined)).rejects.toThrow('closed')
  })
})
