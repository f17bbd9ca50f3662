import type { AppError } from '@base/core/errors'
import { askRedis, describeWithPrivateService, type PrivateServer } from '@base-internal/tools/services'
import { Cluster as Cluster6, Redis as Redis6 } from 'ioredis'
import { Cluster as Cluster54, Redis as Redis54 } from 'ioredis-5-4'
import { describe, expect, test, vi } from 'vitest'
import { redisCacheBus, redisCacheStore } from '../cache/index.js'
import { entryOf, freshPrefix, textAt } from '../cache/test-store.js'
import { redisLock } from '../lock/index.js'
import { clusterOfTests } from '../test-cluster.js'
import type { RedisClient } from './client.js'
import { connect } from './connect.js'
import type { Command } from './connection.js'

/** The oldest version that is supported, which knows a command by its name in small letters only, and the newest. */
const VERSIONS = [
  ['5.4', Redis54 as unknown as typeof Redis6, Cluster54 as unknown as typeof Cluster6],
  ['6', Redis6, Cluster6],
] as const
const patient = { timeout: 30_000 }

/** A key of a node's own, which is 1. */
async function keyOf(url: string): Promise<string> {
  for (let count = 0; ; count++) {
    const key = `own:${count}`
    const isOwn = await askRedis(url, ['SET', key, '1']).then(
      () => true,
      () => false,
    )
    if (isOwn) return key
  }
}

describeWithPrivateService('redis', {}, (redis) => {
  describe.each(VERSIONS)('ioredis %s', (_, Redis) => {
    test('a keyPrefix stands before each key', async () => {
      const [client, admin] = [new Redis(redis.url, { keyPrefix: 'mine:' }), new Redis(redis.url)]
      await admin.flushall()
      const store = redisCacheStore(client, patient)
      await store.set('k', entryOf('kept'))
      expect(await textAt(store, 'k')).toBe('kept')
      await redisLock(client, patient).acquire('k')
      const keys = ['mine:lock:k', 'mine:{cache}.deleted', 'mine:{cache}.tags', 'mine:{cache}:k']
      expect((await admin.keys('*')).sort()).toEqual(keys)
      for (const each of [client, admin]) each.disconnect()
    })

    test('of what a server answers, gives no answer to or breaks off, only a refusal is told as one', async () => {
      const options = { reconnectOnError: () => false, commandTimeout: 500, retryStrategy: () => 10 }
      const [client, admin] = [new Redis(redis.url, options), new Redis(redis.url)]
      client.on('error', () => undefined)
      const onRefusal = vi.fn()
      const rejection = (...command: Command) =>
        connect(client, 'test')
          .send(command, { ...patient, once: true, onRefusal })
          .catch((error: AppError) => (error.cause as Error).message)
      const answer = (text: string) => rejection('EVAL', `return redis.error_reply('${text}')`, '0')
      expect(await answer('OOM as it were')).toContain('OOM')
      expect(await rejection('BLPOP', freshPrefix(), '0')).toBe('Command timed out')
      const broken = rejection('BLPOP', freshPrefix(), '0')
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal')
      expect(await broken).toBe('Command aborted due to connection close')
      expect(onRefusal).not.toHaveBeenCalled()
      expect(await answer('READONLY as it were')).toContain('READONLY')
      expect(onRefusal).toHaveBeenCalled()
      for (const each of [client, admin]) each.disconnect()
    })

    test('two caches share a subscriber', async () => {
      const [client, subscriber] = [new Redis(redis.url), new Redis(redis.url)]
      const heard: string[] = []
      const channels = [freshPrefix(), freshPrefix()]
      for (const channel of channels) {
        const bus = redisCacheBus(client, { subscriber, channel, ...patient })
        await bus.subscribe((message) => heard.push(message))
        await bus.publish(channel)
      }
      await expect.poll(() => [...heard].sort(), patient).toEqual([...channels].sort())
      for (const each of [client, subscriber]) each.disconnect()
    })
  })

  describe('a cluster', () => {
    const cluster = clusterOfTests()

    test.each(VERSIONS)('ioredis %s sends each command to the master of its key', async (_, __, Cluster) => {
      const { username, password } = new URL(cluster().urls[0] ?? '')
      // Asked only for what the client knows to read.
      const scaleReads = vi.fn((nodes: Redis6[]) => nodes[0] as Redis6)
      const redisOptions = { username, password }
      const client = new Cluster([...cluster().urls], { redisOptions, scaleReads: scaleReads as never })
      const connection = connect(client as unknown as RedisClient, 'test')
      const masters = await connection.masters(patient)
      const moved = async () => {
        const facts = await Promise.all(masters.map((node) => node.send(['INFO', 'errorstats'], patient)))
        return facts.map((text) => Number(/errorstat_MOVED:count=(\d+)/.exec(String(text))?.[1] ?? 0))
      }
      const before = await moved()
      for (let index = 0; index < 20; index++) {
        const key = `k${index}`
        await connection.send(['SET', key, 'v'], { ...patient, key })
        expect(await connection.send(['GET', key], { ...patient, key })).toEqual(Buffer.from('v'))
      }
      expect(await moved()).toEqual(before)
      expect(scaleReads).not.toHaveBeenCalled()
      await client.get('k1')
      expect(scaleReads).toHaveBeenCalled()
      client.disconnect()
    })

    test.each(VERSIONS)(
      'ioredis %s sends nothing later that was given up while it connected to a node that hung',
      async (_, __, Cluster) => {
        const { username, password } = new URL(cluster().urls[0] ?? '')
        const client = new Cluster([cluster().urls[0] ?? ''], { redisOptions: { username, password } })
        client.on('error', () => undefined)
        try {
          const connection = connect(client as unknown as RedisClient, 'test')
          await connection.masters(patient)
          // It has connected to as few as it had to.
          const port = client.nodes('master').find(({ status }) => status === 'wait')?.options.port
          const node = cluster().nodes.find(({ url }) => new URL(url).port === `${port}`) as PrivateServer
          const key = await keyOf(node.url)
          await node.pause()
          try {
            for (const once of [false, true])
              await expect(connection.send(['INCR', key], { timeout: 200, key, once })).rejects.toMatchObject(
                { code: 'REDIS_UNAVAILABLE' },
              )
          } finally {
            await node.resume()
          }
          expect(await connection.send(['GET', key], { ...patient, key })).toEqual(Buffer.from('1'))
        } finally {
          client.disconnect()
        }
      },
    )
  })
})
