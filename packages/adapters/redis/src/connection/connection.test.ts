import { InvalidOptionError, UnavailableError } from '@base/core/errors'
import { describeWithPrivateService, describeWithService } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis-5'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CLIENTS, CLUSTER_CLIENTS, type TestClient } from '../test-clients.js'
import { type TestCluster, testCluster } from '../test-cluster.js'
import type { RedisClient } from './client.js'
import { connect } from './connect.js'
import type { Connection } from './connection.js'
import { runScript, script } from './script.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]
const add = script(`return redis.call('INCRBY', KEYS[1], ARGV[1])`)
const soon = { timeout: 100 }

describe('connect', () => {
  test.each([undefined, null, {}, 'redis://localhost', { get: () => 1 }])(
    'refuses %s, and says what it wants',
    (client) => {
      expect(() => connect(client as never, 'redisLock')).toThrow(InvalidOptionError)
      expect(() => connect(client as never, 'redisLock')).toThrow('@base/redis redisLock: client must be')
    },
  )

  test('gives one connection for a client', () => {
    const client = new Redis({ lazyConnect: true })
    expect(connect(client, 'redisLock')).toBe(connect(client, 'redisCacheStore'))
  })
})

describeWithService('redis', (redis) => {
  test('works on ioredis 5, and on RESP3', async () => {
    const five = new Redis5(redis.url)
    const resp3 = await createClient({ url: redis.url, RESP: 3 }).connect()
    for (const client of [five, resp3] as unknown as RedisClient[]) {
      const connection = connect(client, 'test')
      await connection.send(['DEL', 'n'], { timeout: 5_000 })
      expect(await runScript(connection, add, ['n'], ['2'], soon)).toBe(2)
      expect(await connection.send(['GET', 'n'], soon)).toEqual(Buffer.from('2'))
    }
    five.disconnect()
    resp3.destroy()
  })

  test('refuses at once on a client of node-redis that was never connected, or is closed', async () => {
    const client = createClient({ url: redis.url })
    const connection = connect(client as unknown as RedisClient, 'test')
    const refused = { code: 'REDIS_UNAVAILABLE', details: { outcome: 'not_sent' } }
    await expect(connection.send(['PING'], { timeout: 60_000 })).rejects.toMatchObject(refused)
    await client.connect()
    expect(await connection.send(['PING'], { timeout: 5_000 })).toEqual(expect.anything())
    client.destroy()
    await expect(connection.send(['PING'], { timeout: 60_000 })).rejects.toMatchObject(refused)
  })

  test('refuses a keyPrefix of node-redis, which would not stand before our keys', () => {
    const client = createClient({ keyPrefix: 'mine:' }) as unknown as RedisClient
    expect(() => connect(client, 'redisLock')).toThrow('client must be without a keyPrefix')
  })

  describe.each(kinds)('%s', (kind) => {
    let opened: TestClient
    let connection: Connection
    beforeAll(async () => {
      opened = await CLIENTS[kind](redis.url)
      connection = connect(opened.client, 'test')
    })
    afterAll(() => opened[Symbol.asyncDispose]())

    test('sends bytes and gets bytes back', async () => {
      const bytes = Buffer.from([0, 255, 13, 10, 128])
      await connection.send(['SET', 'bytes', bytes], soon)
      expect(await connection.send(['GET', 'bytes'], soon)).toEqual(bytes)
      expect(await connection.send(['GET', 'nothing'], soon)).toBeNull()
    })

    test('runs a script that the server does not know yet, and one that it has forgotten', async () => {
      await connection.send(['SCRIPT', 'FLUSH'], soon)
      await connection.send(['DEL', 'sum'], soon)
      expect(await runScript(connection, add, ['sum'], ['2'], soon)).toBe(2)
      expect(await runScript(connection, add, ['sum'], ['3'], soon)).toBe(5)
      await connection.send(['SCRIPT', 'FLUSH'], soon)
      expect(await runScript(connection, add, ['sum'], ['1'], soon)).toBe(6)
    })

    test('tells a refused command from a server that is away', async () => {
      await connection.send(['SET', 'text', 'x'], soon)
      await expect(connection.send(['INCR', 'text'], soon)).rejects.toMatchObject({
        code: 'REDIS_REFUSED',
        kind: 'internal',
      })
    })

    test('rejects with the reason of a signal, before and while it waits', async () => {
      const reason = new Error('enough')
      await expect(connection.send(['PING'], { ...soon, signal: AbortSignal.abort(reason) })).rejects.toBe(
        reason,
      )
      const aborting = new AbortController()
      const answer = connection.send(['PING'], { ...soon, signal: aborting.signal })
      aborting.abort(reason)
      await expect(answer).rejects.toBe(reason)
    })

    test('is its own only master', async () => {
      expect(connection.isCluster).toBe(false)
      expect(await connection.masters()).toEqual([connection])
    })
  })
})

describeWithPrivateService('redis', {}, (redis) => {
  describe.each(kinds)('%s and a server in trouble', (kind) => {
    test('is bounded in time while the server is frozen, and recovers', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const connection = connect(opened.client, 'test')
      await connection.send(['SET', 'n', '1'], { timeout: 1_000 })
      await redis.pause()
      try {
        await expect(connection.send(['INCR', 'n'], soon)).rejects.toMatchObject({
          code: 'REDIS_UNAVAILABLE',
          details: { outcome: 'unknown' },
        })
      } finally {
        await redis.resume()
      }
      expect(await connection.send(['PING'], { timeout: 5_000 })).toEqual(expect.anything())
    })

    test('sends nothing later that it was asked while the server was gone, and recovers', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const connection = connect(opened.client, 'test')
      await connection.send(['SET', 'later', '1'], { timeout: 1_000 })
      await redis.kill()
      try {
        // The first ones may still find a socket that looks open.
        await untilNotSent(connection)
        await expect(connection.send(['INCR', 'later'], soon)).rejects.toBeInstanceOf(UnavailableError)
      } finally {
        await redis.start()
      }
      expect(await connection.send(['GET', 'later'], { timeout: 20_000 })).toEqual(Buffer.from('1'))
    })
  })
})

/** Until the client knows that its connection has gone. */
async function untilNotSent(connection: Connection): Promise<void> {
  for (;;) {
    const error = await connection.send(['PING'], soon).then(
      () => undefined,
      (error: UnavailableError) => error,
    )
    if (error?.details?.['outcome'] === 'not_sent') return
  }
}

describe('a cluster', () => {
  let cluster: TestCluster
  beforeAll(async () => {
    cluster = await testCluster()
  }, 60_000)
  afterAll(() => cluster?.[Symbol.asyncDispose]())

  describe.each(kinds)('%s', (kind) => {
    test('sends each command and script to the node of its key', async () => {
      await using opened = await CLUSTER_CLIENTS[kind](cluster.urls)
      const connection = connect(opened.client, 'test')
      expect(connection.isCluster).toBe(true)
      const names = ['one', 'two', 'three', 'four', 'five', 'six']
      for (const name of names) {
        const key = `${kind}:${name}`
        await connection.send(['SET', key, '1'], { timeout: 5_000, key })
        expect(await runScript(connection, add, [key], ['2'], soon)).toBe(3)
      }
      const masters = await connection.masters()
      const sizes = await Promise.all(masters.map((master) => master.send(['DBSIZE'], soon)))
      expect(masters).toHaveLength(3)
      expect(sizes.every((size) => Number(size) > 0)).toBe(true)
    })
  })
})
