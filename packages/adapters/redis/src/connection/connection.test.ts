import { execFileSync } from 'node:child_process'
import { inspect } from 'node:util'
import { InvalidOptionError, UnavailableError } from '@base/core/errors'
import { describeWithPrivateService, describeWithService, lineTo } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis-5'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  CLIENTS,
  CLUSTER_CLIENTS,
  type TestClient,
  textualClient,
  textualClusterClient,
} from '../test-clients.js'
import { clusterOfTests } from '../test-cluster.js'
import type { RedisClient } from './client.js'
import { connect } from './connect.js'
import type { Connection } from './connection.js'
import { runScript, script } from './script.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]
const add = script(`return redis.call('INCRBY', KEYS[1], ARGV[1])`)
/** Where an answer comes, however busy the machine is, and where none does. */
const patient = { timeout: 30_000 }
const soon = { timeout: 100 }
const FLOOD = 32 * 1_024 * 1_024

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
      await connection.send(['DEL', 'n'], patient)
      expect(await runScript(connection, add, ['n'], ['2'], patient)).toBe(2)
      expect(await connection.send(['GET', 'n'], patient)).toEqual(Buffer.from('2'))
    }
    five.disconnect()
    resp3.destroy()
  })

  test.each(kinds)(
    'what was sent is in no part of an error: who logs it logs no value, on %s',
    async (kind) => {
      await using opened = await CLIENTS[kind](redis.url)
      const connection = connect(opened.client, 'test')
      await connection.send(['SET', 'a text', ''], patient)
      const error = await connection.send(['RPUSH', 'a text', 'card 4111'], patient).catch((reason) => reason)
      expect(error.message).toBe('Redis refused a command: WRONGTYPE, something else lies at a text.')
      expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('card 4111')
    },
  )

  test('what one turn of the event loop sends by ioredis while others wait leaves in one write', async () => {
    await using opened = await CLIENTS['ioredis 6'](redis.url)
    const connection = connect(opened.client, 'test')
    await connection.send(['PING'], patient)
    const { stream } = opened.client as Redis
    const writes = [vi.spyOn(stream, '_write'), vi.spyOn(stream, '_writev' as never)]
    const count = () => writes.reduce((sum, { mock }) => sum + mock.calls.length, 0)
    const first = connection.send(['ECHO', '1'], patient)
    expect(count()).toBe(1)
    const second = connection.send(['ECHO', '2'], patient)
    await Promise.resolve()
    const third = (opened.client as Redis).echo('3')
    const fourth = connection.send(['ECHO', '4'], patient)
    const answers = await Promise.all([first, second, third, fourth])
    expect(answers.map(String)).toEqual(['1', '2', '3', '4'])
    expect(count()).toBe(2)
  })

  test('what a busy process has sent together is still waited for when it has left', async () => {
    await using line = await lineTo(redis.url)
    await using opened = await CLIENTS['ioredis 6'](line.url)
    const connection = connect(opened.client, 'test')
    await connection.send(['PING'], patient)
    const answers = ['1', '2'].map((text) => connection.send(['ECHO', text], { timeout: 30 }))
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000)
    expect((await Promise.all(answers)).map(String)).toEqual(['1', '2'])
  })

  test('fake timers hold nothing back', async () => {
    await using opened = await CLIENTS['ioredis 6'](redis.url)
    const connection = connect(opened.client, 'test')
    await connection.send(['PING'], patient)
    vi.useFakeTimers({ toFake: ['setImmediate'] })
    try {
      const answers = ['1', '2'].map((text) => connection.send(['ECHO', text], patient))
      expect((await Promise.all(answers)).map(String)).toEqual(['1', '2'])
    } finally {
      vi.useRealTimers()
    }
  })

  test('gives numbers as numbers, although ioredis was told to give texts', async () => {
    await using opened = await textualClient(redis.url)
    const connection = connect(opened.client, 'test')
    const many = script(`return {1, {'2', 3}, false}`)
    for (const once of [false, true])
      expect(await runScript(connection, many, ['n'], [], { timeout: 5_000, once })).toEqual([
        1,
        [Buffer.from('2'), 3],
        null,
      ])
  })

  test('refuses at once on a client of node-redis that was never connected, or is closed', async () => {
    const client = createClient({ url: redis.url })
    const connection = connect(client as unknown as RedisClient, 'test')
    const refused = { code: 'REDIS_UNAVAILABLE', details: { outcome: 'not_sent' } }
    await expect(connection.send(['PING'], { timeout: 60_000 })).rejects.toMatchObject(refused)
    await client.connect()
    expect(await connection.send(['PING'], patient)).toEqual(expect.anything())
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
      await connection.send(['SET', 'bytes', bytes], patient)
      expect(await connection.send(['GET', 'bytes'], patient)).toEqual(bytes)
      expect(await connection.send(['GET', 'nothing'], patient)).toBeNull()
    })

    test('runs a script that the server does not know yet, and one that it has forgotten', async () => {
      await connection.send(['SCRIPT', 'FLUSH'], patient)
      await connection.send(['DEL', 'sum'], patient)
      expect(await runScript(connection, add, ['sum'], ['2'], patient)).toBe(2)
      expect(await runScript(connection, add, ['sum'], ['3'], patient)).toBe(5)
      await connection.send(['SCRIPT', 'FLUSH'], patient)
      expect(await runScript(connection, add, ['sum'], ['1'], patient)).toBe(6)
    })

    test('tells a refused command from a server that is away', async () => {
      await connection.send(['SET', 'text', 'x'], patient)
      await expect(connection.send(['INCR', 'text'], patient)).rejects.toMatchObject({
        code: 'REDIS_REFUSED',
        kind: 'internal',
      })
    })

    test('rejects with the reason of a signal, before and while it waits', async () => {
      const reason = new Error('enough')
      await expect(connection.send(['PING'], { ...patient, signal: AbortSignal.abort(reason) })).rejects.toBe(
        reason,
      )
      const aborting = new AbortController()
      const answer = connection.send(['PING'], { ...patient, signal: aborting.signal })
      aborting.abort(reason)
      await expect(answer).rejects.toBe(reason)
    })

    test('a process that was busy itself past the limit still hears the answer', async () => {
      const answer = connection.send(['ECHO', 'heard'], { timeout: 500 })
      // The client writes in this turn or the next.
      await new Promise(setImmediate)
      await new Promise(setImmediate)
      execFileSync(process.execPath, [
        '--input-type=module',
        '--eval',
        `import { connect } from 'node:net'
         const socket = connect(${JSON.stringify(addressOf(redis.url))}, () => socket.write('PING\\r\\n'))
         socket.once('data', () => setTimeout(() => socket.destroy(), 600))`,
      ])
      expect(await answer).toEqual(Buffer.from('heard'))
    })

    test('is its own only master', async () => {
      expect(connection.isCluster).toBe(false)
      expect(await connection.masters(patient)).toEqual([connection])
    })
  })
})

describeWithPrivateService('redis', {}, (redis) => {
  describe.each(kinds)('%s and a server in trouble', (kind) => {
    test('is bounded in time while the server is frozen, and recovers', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const connection = connect(opened.client, 'test')
      await connection.send(['SET', 'n', '1'], patient)
      await redis.pause()
      try {
        await expect(connection.send(['INCR', 'n'], soon)).rejects.toMatchObject({
          code: 'REDIS_UNAVAILABLE',
          details: { outcome: 'unknown' },
        })
      } finally {
        await redis.resume()
      }
      expect(await connection.send(['PING'], patient)).toEqual(expect.anything())
    })

    test('sends nothing later that it was asked while the server had stopped to read, and recovers', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const connection = connect(opened.client, 'test')
      await connection.send(['SET', 'late', '1'], patient)
      await redis.pause()
      try {
        // More than the socket takes: what is asked then stays with the client.
        const flood = connection.send(['SET', 'much', Buffer.alloc(FLOOD)], soon).catch(() => undefined)
        await expect(connection.send(['INCR', 'late'], soon)).rejects.toBeInstanceOf(UnavailableError)
        await flood
      } finally {
        await redis.kill()
        await redis.start()
      }
      expect(await connection.send(['GET', 'late'], patient)).toEqual(Buffer.from('1'))
    })

    test('sends nothing later that it was asked while the server was gone, and recovers', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const connection = connect(opened.client, 'test')
      await connection.send(['SET', 'later', '1'], patient)
      await redis.kill()
      try {
        // The first ones may still find a socket that looks open.
        await untilNotSent(connection)
        await expect(connection.send(['INCR', 'later'], soon)).rejects.toBeInstanceOf(UnavailableError)
      } finally {
        await redis.start()
      }
      expect(await connection.send(['GET', 'later'], patient)).toEqual(Buffer.from('1'))
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

function addressOf(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port) }
}

describeWithPrivateService('redis', {}, () => {
  describe('a cluster', () => {
    const cluster = clusterOfTests()

    test('gives numbers as numbers, although ioredis was told to give texts', async () => {
      await using opened = await textualClusterClient(cluster().urls)
      const connection = connect(opened.client, 'test')
      for (const key of ['textual:one', 'textual:two', 'textual:three'])
        expect(await runScript(connection, add, [key], ['2'], { timeout: 5_000, once: true })).toBe(2)
      for (const master of await connection.masters(patient))
        expect(await master.send(['DBSIZE'], { timeout: 5_000 })).toEqual(expect.any(Number))
    })

    describe.each(kinds)('%s', (kind) => {
      test('sends each command and script to the node of its key', async () => {
        await using opened = await CLUSTER_CLIENTS[kind](cluster().urls)
        const connection = connect(opened.client, 'test')
        expect(connection.isCluster).toBe(true)
        const names = ['one', 'two', 'three', 'four', 'five', 'six']
        for (const name of names) {
          const key = `${kind}:${name}`
          await connection.send(['SET', key, '1'], { ...patient, key })
          expect(await runScript(connection, add, [key], ['2'], patient)).toBe(3)
        }
        const masters = await connection.masters(patient)
        const sizes = await Promise.all(masters.map((master) => master.send(['DBSIZE'], patient)))
        expect(masters).toHaveLength(3)
        expect(sizes.every((size) => Number(size) > 0)).toBe(true)
      })
    })
  })
})
