import { createCache } from '@base/cache/cache'
import { memoryCacheStore } from '@base/cache/store'
import { InvalidOptionError } from '@base/core/errors'
import { askRedis, describeWithPrivateService } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { describe, expect, test, vi } from 'vitest'
import { CLIENTS } from '../test-clients.js'
import { redisCacheBus, redisCacheStore } from './index.js'
import { freshPrefix, patience, rejection } from './test-store.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]

describeWithPrivateService('redis', {}, (redis) => {
  describe.each(kinds)('redisCacheBus on %s', (kind) => {
    test('a subscriber whose connection was lost is told so, and hears what comes after', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const subscriber = await opened.subscriber()
      const bus = redisCacheBus(opened.client, { subscriber, channel: freshPrefix() })
      const heard: string[] = []
      await bus.subscribe((message) => heard.push(message), { onGap: () => heard.push('gap') })
      await bus.publish('1')
      await expect.poll(() => heard, patience).toEqual(['1'])
      await askRedis(redis.url, ['CLIENT', 'KILL', 'TYPE', 'pubsub'])
      await expect.poll(() => heard, patience).toEqual(['1', 'gap'])
      await bus.publish('2')
      await expect.poll(() => heard, patience).toEqual(['1', 'gap', '2'])
    })

    test('a server that restarts: messages fail in time meanwhile, and arrive after', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const subscriber = await opened.subscriber()
      const bus = redisCacheBus(opened.client, { subscriber, channel: freshPrefix(), timeout: 200 })
      const heard = new Set<string>()
      await bus.subscribe((message) => heard.add(message), { onGap: () => heard.add('gap') })
      await redis.kill()
      // The first one may still find a socket that looks open, and be sent once more by the client.
      const outcome = () => bus.publish('early').catch(({ details }) => details.outcome)
      await expect.poll(outcome, patience).toBe('not_sent')
      expect(await rejection(bus.publish('lost'))).toMatchObject({ kind: 'unavailable' })
      expect(await rejection(bus.subscribe(() => {}))).toMatchObject({ kind: 'unavailable' })
      await redis.start()
      await expect.poll(() => [...heard], patience).toContain('gap')
      await expect.poll(() => bus.publish('found').catch(() => 'away'), patience).toBeUndefined()
      await expect.poll(() => heard.has('found'), patience).toBe(true)
      expect(heard.has('lost')).toBe(false)
    })

    test('two buses on one subscriber: the end of one is not that of the other', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const options = { subscriber: await opened.subscriber(), channel: freshPrefix() }
      const heard: string[] = []
      const leave = await redisCacheBus(opened.client, options).subscribe(() => heard.push('one'))
      await redisCacheBus(opened.client, options).subscribe(() => heard.push('other'))
      await leave()
      await redisCacheBus(opened.client, options).publish('hello')
      await expect.poll(() => heard, patience).toEqual(['other'])
    })

    test('a subscription that ends leaves nothing behind', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const subscriber = (await opened.subscriber()) as unknown as Redis
      const before = ['message', 'ready', 'end'].map((event) => subscriber.listenerCount(event))
      const channel = freshPrefix()
      const leave = await redisCacheBus(opened.client, { subscriber, channel }).subscribe(() => {})
      const admin = new Redis(redis.url)
      expect(await admin.pubsub('CHANNELS', channel)).toEqual([channel])
      await leave()
      await expect.poll(() => admin.pubsub('CHANNELS', channel), patience).toEqual([])
      expect(['message', 'ready', 'end'].map((event) => subscriber.listenerCount(event))).toEqual(before)
      admin.disconnect()
    })

    test('however many caches share a subscriber, it has one listener of ours for each event', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const subscriber = (await opened.subscriber()) as unknown as Redis
      const listeners = () => ['message', 'ready'].map((event) => subscriber.listenerCount(event))
      const [before, heard, channels] = [listeners(), [] as string[], [freshPrefix(), freshPrefix()]]
      const buses = channels.map((channel) => redisCacheBus(opened.client, { subscriber, channel }))
      const subscribe = (index: number) => buses[index]?.subscribe((message) => heard.push(message + index))
      const leave = await subscribe(0)
      const withOne = listeners()
      await subscribe(1)
      expect(listeners()).toEqual(withOne)
      await leave?.()
      for (const bus of buses) await bus.publish('to ')
      await expect.poll(() => heard, patience).toEqual(['to 1'])
      expect(withOne.map((count, index) => count - (before[index] ?? 0))).toEqual(
        kind.startsWith('ioredis') ? [1, 1] : [0, 1],
      )
    })

    test('a listener that throws changes nothing for the others', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
      const bus = redisCacheBus(opened.client, {
        subscriber: await opened.subscriber(),
        channel: freshPrefix(),
      })
      const heard: string[] = []
      await bus.subscribe(() => {
        throw new Error('mine')
      })
      await bus.subscribe((message) => heard.push(message))
      await bus.publish('hello')
      await expect.poll(() => heard, patience).toEqual(['hello'])
      expect(warned).toHaveBeenCalledWith(expect.stringContaining('a subscriber threw'), expect.anything())
      warned.mockRestore()
    })

    test('a cache that missed a message drops what it cannot vouch for', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const [prefix, channel] = [freshPrefix(), freshPrefix()]
      const options = { subscriber: await opened.subscriber(), channel }
      const bus = redisCacheBus(opened.client, options)
      const node = () =>
        createCache({ layers: [memoryCacheStore(), redisCacheStore(opened.client, { prefix })], bus })
      const [one, other] = [node(), node()]
      const heard: string[] = []
      await bus.subscribe((message) => heard.push(message))
      await one.set('k', 'old')
      await bus.publish('that was all')
      await expect.poll(() => heard, patience).toContain('that was all')
      expect(await other.get('k')).toBe('old')
      // The store loses the entry without a message, as if the message had been lost.
      await redisCacheStore(opened.client, { prefix }).delete(['k'])
      expect(await other.get('k')).toBe('old')
      await askRedis(redis.url, ['CLIENT', 'KILL', 'TYPE', 'pubsub'])
      await expect.poll(() => other.get('k'), patience).toBeUndefined()
      await Promise.all([one.close(), other.close()])
    })
  })

  test.each([
    ['no subscriber', () => redisCacheBus(lazy(), {} as never), 'subscriber must be a client'],
    ['no options', () => redisCacheBus(lazy(), undefined as never), 'subscriber must be a client'],
    [
      'the client itself',
      () => redisCacheBus(client, { subscriber: client }),
      'subscriber must be another client',
    ],
    [
      'a channel without a name',
      () => redisCacheBus(lazy(), { subscriber: lazy(), channel: '' }),
      'channel must be',
    ],
    ['no time', () => redisCacheBus(lazy(), { subscriber: lazy(), timeout: 0 }), 'timeout must be more'],
    ['what is no client', () => redisCacheBus({} as never, { subscriber: lazy() }), 'client must be'],
  ])('refuses %s', (_, make, message) => {
    expect(make).toThrow(InvalidOptionError)
    expect(make).toThrow(`@base/redis redisCacheBus: ${message}`)
  })
})

const lazy = (): Redis => new Redis({ lazyConnect: true })
const client = lazy()
