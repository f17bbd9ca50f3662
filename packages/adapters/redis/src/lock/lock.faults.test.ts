import type { Lease, Lock } from '@base/core/lock'
import { TestClock } from '@base/core/testing'
import { askRedis, describeWithPrivateService } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { describe, expect, test, vi } from 'vitest'
import { connect } from '../connection/connect.js'
import { runScript } from '../connection/script.js'
import { CLIENTS, type TestClient } from '../test-clients.js'
import { type RedisLockOptions, redisLock } from './index.js'
import { releaseScript } from './scripts.js'
import { letPass } from './test-time.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]

const lockOn = ({ client }: TestClient, options: RedisLockOptions = {}): Lock => redisLock(client, options)

/** For what no fault is to end: a machine may be busy. */
const patient = { timeout: '30s' } as const

const unavailable = { kind: 'unavailable' }

/** Once it is there again. */
async function eventually(lock: Lock, key: string): Promise<Lease> {
  let lease: Lease | undefined
  await expect
    .poll(async () => (lease = await lock.tryAcquire(key, { ttl: '1h' }).catch(() => undefined)), {
      timeout: 20_000,
    })
    .toBeDefined()
  return lease ?? expect.unreachable()
}

describeWithPrivateService('redis', {}, (redis) => {
  describe.each(kinds)('redisLock on %s and a server', (kind) => {
    test('whose clients are paused: it is bounded in time, and what was taken unawares is given back', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const lock = lockOn(opened, { timeout: '200ms' })
      await (await lockOn(opened, patient).acquire(`paused ${kind}`)).release()
      // Of writes, as scripts are: to end it is none.
      await askRedis(redis.url, ['CLIENT', 'PAUSE', '60000', 'WRITE'])
      await expect(lock.acquire(`paused ${kind}`, { ttl: '1h' })).rejects.toMatchObject({
        ...unavailable,
        code: 'REDIS_UNAVAILABLE',
        details: { outcome: 'unknown' },
      })
      await askRedis(redis.url, ['CLIENT', 'UNPAUSE'])
      await eventually(lockOn(opened, patient), `paused ${kind}`)
    })

    test('that is frozen: a lease ends by the count of its process, and those who wait learn it together', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const clock = new TestClock()
      const lock = lockOn(opened, { timeout: '200ms' })
      const lease = await lockOn(opened, { ...patient, clock }).acquire(`frozen ${kind}`, { ttl: '1m' })
      const { signal } = lease
      await redis.pause()
      try {
        const waiting = Array.from({ length: 10 }, () => lock.acquire(`frozen ${kind}`, { wait: '1h' }))
        const outcomes = await Promise.allSettled(waiting)
        for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: unavailable })
        await expect(lock.tryAcquire(`frozen ${kind}`)).rejects.toMatchObject(unavailable)
        await clock.advance('1m')
        expect(signal.aborted).toBe(true)
        await expect(lease.extend()).rejects.toMatchObject({ code: 'LEASE_LOST' })
        expect(await lease.release()).toEqual({ released: false })
      } finally {
        await redis.resume()
      }
      await letPass(opened.client, `lock:frozen ${kind}`, 60_000)
      await eventually(lockOn(opened, patient), `frozen ${kind}`)
    })

    test('that is frozen: a shorter lease counts from when it was asked for', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const lease = await lockOn(opened, patient).acquire(`shorter ${kind}`, { ttl: '1h' })
      await redis.pause()
      try {
        await expect(lease.extend('150ms')).rejects.toMatchObject({ code: 'LEASE_LOST' })
        expect(lease.signal.aborted).toBe(true)
      } finally {
        await redis.resume()
      }
    })

    test('that is killed and comes back with its data: the lease holds', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const lock = lockOn(opened, { timeout: '30s' })
      const lease = await lock.acquire(`durable ${kind}`, { ttl: '1h' })
      await redis.kill()
      await redis.start()
      expect(await lock.tryAcquire(`durable ${kind}`)).toBeUndefined()
      await lease.extend()
      expect(await lease.release()).toEqual({ released: true })
    })

    test('that is away: it says so within a second, and works once it is back', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const lock = lockOn(opened)
      const lease = await eventually(lock, `away ${kind}`)
      await redis.kill()
      try {
        await expect(lock.tryAcquire(`away ${kind}`)).rejects.toMatchObject(unavailable)
        await expect(lock.acquire(`away ${kind}`, { wait: '1h' })).rejects.toMatchObject(unavailable)
        await expect(lease.extend()).rejects.toMatchObject(unavailable)
        expect(lease.signal.aborted).toBe(false)
        expect(await lease.release()).toEqual({ released: false })
      } finally {
        await redis.start()
      }
      await eventually(lockOn(opened, patient), `away too ${kind}`)
    })

    test('that is a replica: it does not say of a lease that it has not heard of that there is nothing to give back', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const plain = new Redis(redis.url)
      const [absent, taken, endless] = ['absent', 'taken', 'endless'].map((name) => `${kind} ${name}`)
      await lockOn(opened, patient).acquire(`${taken}`, { ttl: '1h' })
      await plain.set(`lock:${endless}`, 'by hand')
      const connection = connect(opened.client, 'test')
      const giveBack = (name: string | undefined) =>
        runScript(connection, releaseScript, [`lock:${name}`], ['somebody', '5'], { timeout: 30_000 })
      await askRedis(redis.url, ['REPLICAOF', '127.0.0.1', '9'])
      try {
        for (const name of [absent, taken])
          await expect(giveBack(name)).rejects.toMatchObject({ code: 'REDIS_READ_ONLY' })
      } finally {
        await askRedis(redis.url, ['REPLICAOF', 'NO', 'ONE'])
      }
      for (const name of [absent, taken, endless]) expect(await giveBack(name)).toBe(0)
      const left = await Promise.all([absent, taken, endless].map((name) => plain.pttl(`lock:${name}`)))
      expect(left).toEqual([-2, expect.any(Number), -1])
      expect(left[1]).toBeGreaterThan(3_600_000)
      plain.disconnect()
    })

    test('that is a replica: who wants the lock now hears so at once, and gives nothing back', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const lock = lockOn(opened, { timeout: '1h' })
      const plain = new Redis(redis.url)
      await lock.tryAcquire(`before ${kind}`)
      await askRedis(redis.url, ['REPLICAOF', '127.0.0.1', '9'])
      try {
        await plain.config('RESETSTAT')
        const refused = lock.tryAcquire(`now ${kind}`)
        await expect(refused).rejects.toMatchObject({ ...unavailable, code: 'REDIS_READ_ONLY' })
        await connect(opened.client, 'test').send(['PING'], { timeout: 30_000 })
        expect(await plain.info('commandstats')).toMatch(/cmdstat_evalsha:calls=1,/)
      } finally {
        await askRedis(redis.url, ['REPLICAOF', 'NO', 'ONE'])
        plain.disconnect()
      }
    })

    test('that breaks connections: what was asked is asked again, and nothing stays locked', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const lock = lockOn(opened, { timeout: '30s' })
      const tokens: bigint[] = []
      for (let round = 0; round < 10; round++) {
        const asked = lock.acquire(`broken ${kind}`, { ttl: '1h', wait: '30s' })
        await askRedis(redis.url, ['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
        const lease = await asked
        tokens.push(lease.token)
        await lease.release()
      }
      expect(tokens).toEqual([...new Set(tokens)].sort((a, b) => (a < b ? -1 : 1)))
    })
  })
})

describeWithPrivateService('redis', { settings: { appendonly: 'no' } }, (redis) => {
  describe.each(kinds)('redisLock on %s and a server', (kind) => {
    test('that is killed and comes back without its data: the holder learns it, and the next token is higher', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const lock = lockOn(opened, { timeout: '30s' })
      const lost = await lock.acquire(`lost ${kind}`, { ttl: '1h' })
      await redis.kill()
      await redis.start()
      const lease = await lock.acquire(`lost ${kind}`, { wait: 0 })
      expect(lease.token > lost.token).toBe(true)
      await expect(lost.extend()).rejects.toMatchObject({ code: 'LEASE_LOST' })
      expect(lost.signal.aborted).toBe(true)
      expect(await lease.release()).toEqual({ released: true })
    })
  })

  describe('and little memory', () => {
    /** Fills it up, beyond what it may have. */
    const fill = async (policy: string) => {
      const plain = new Redis(redis.url)
      await plain.config('SET', 'maxmemory-policy', policy)
      await plain.config('SET', 'maxmemory', '1')
      return plain
    }
    const empty = async (plain: Redis) => {
      await plain.config('SET', 'maxmemory', '0')
      await plain.config('SET', 'maxmemory-policy', 'noeviction')
      plain.disconnect()
    }

    test.each(kinds)(
      '%s: takes nothing while it is full, and extends and gives back what is held',
      async (kind) => {
        await using opened = await CLIENTS[kind](redis.url)
        const lock = lockOn(opened, patient)
        const lease = await lock.acquire(`full ${kind}`, { ttl: '1h' })
        const plain = await fill('noeviction')
        try {
          await expect(lock.acquire(`full too ${kind}`)).rejects.toMatchObject({
            ...unavailable,
            code: 'REDIS_OUT_OF_MEMORY',
          })
          await lease.extend()
          expect(await lease.release()).toEqual({ released: true })
        } finally {
          await empty(plain)
        }
        await (await lock.acquire(`full too ${kind}`)).release()
      },
    )

    test.each(kinds)(
      '%s: a lock that is dropped is lost to its holder at the next extension, and the next token is higher',
      async (kind) => {
        await using opened = await CLIENTS[kind](redis.url)
        const lock = lockOn(opened, patient)
        const dropped = await lock.acquire(`dropped ${kind}`, { ttl: '1h' })
        const plain = await fill('allkeys-lru')
        await expect.poll(() => plain.dbsize(), { timeout: 20_000 }).toBe(0)
        await empty(plain)

        const lease = await lock.acquire(`dropped ${kind}`, { ttl: '1h', wait: 0 })
        expect(lease.token > dropped.token).toBe(true)
        await expect(dropped.extend()).rejects.toMatchObject({ code: 'LEASE_LOST' })
        expect(dropped.signal.aborted).toBe(true)
        expect([await dropped.release(), await lease.release()]).toEqual([
          { released: false },
          { released: true },
        ])
      },
    )

    test.each(kinds)('%s: a warning names what eviction does to locks, once', async (kind) => {
      await using opened = await CLIENTS[kind](redis.url)
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
      const plain = await fill('allkeys-lru')
      try {
        lockOn(opened)
        await expect.poll(() => warn.mock.calls).toHaveLength(1)
        const [message, type] = warn.mock.calls[0] ?? []
        expect(type).toBe('RedisWarning')
        expect(message).toContain('@base/redis redisLock: maxmemory-policy is allkeys-lru')
        expect(message).toContain('a lock that is held')
        // A lock more, and a lock used: the warning has been given.
        const lease = await lockOn(opened)
          .tryAcquire('any')
          .catch(() => undefined)
        await lease?.release()
        expect(warn.mock.calls).toHaveLength(1)
      } finally {
        await empty(plain)
        warn.mockRestore()
      }
    })

    test('no warning where nothing is dropped', async () => {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
      await using opened = await CLIENTS['ioredis 6'](redis.url)
      await (await lockOn(opened).acquire('quiet')).release()
      expect(warn.mock.calls).toEqual([])
      warn.mockRestore()
    })
  })
})
