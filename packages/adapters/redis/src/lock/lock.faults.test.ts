import { type Lease, type Lock, withLock } from '@base/core/lock'
import { askRedis, describeWithPrivateService, type PrivateServer } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { describe, expect, test, vi } from 'vitest'
import { CLIENTS, type TestClient } from '../test-clients.js'
import { type RedisLockOptions, redisLock } from './index.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]

const lockOn = ({ client }: TestClient, options: RedisLockOptions = {}): Lock => redisLock(client, options)

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

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

describeWithPrivateService('redis', {}, (redis) => {
  describe.each(kinds)('redisLock on %s and a server', (kind) => {
    test('whose clients are paused: it is bounded in time, and what was taken unawares is given back', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const lock = lockOn(opened, { timeout: '200ms' })
      await (await lockOn(opened, { timeout: '30s' }).acquire(`paused ${kind}`)).release()
      await askRedis(redis.url, ['CLIENT', 'PAUSE', '3000', 'ALL'])
      await expect(lock.acquire(`paused ${kind}`, { ttl: '1h' })).rejects.toMatchObject({
        ...unavailable,
        code: 'REDIS_UNAVAILABLE',
        details: { outcome: 'unknown' },
      })
      await eventually(lock, `paused ${kind}`)
    })

    test('that is frozen: a lease ends by the count of its process, and those who wait learn it together', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const lock = lockOn(opened, { timeout: '200ms' })
      const lease = await lockOn(opened, { timeout: '30s' }).acquire(`frozen ${kind}`, { ttl: '3s' })
      const waiting = Promise.allSettled(
        Array.from({ length: 10 }, () => lock.acquire(`frozen ${kind}`, { wait: '1h' })),
      )
      await redis.pause()
      try {
        const outcomes = await waiting
        for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: unavailable })
        await expect(lock.tryAcquire(`frozen ${kind}`)).rejects.toMatchObject(unavailable)
        await aborted(lease.signal)
        await expect(lease.extend()).rejects.toMatchObject({ code: 'LEASE_LOST' })
        expect(await lease.release()).toEqual({ released: false })
      } finally {
        await redis.resume()
      }
      await eventually(lock, `frozen ${kind}`)
    })

    test('that is frozen: a shorter lease counts from when it was asked for', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const lock = lockOn(opened, { timeout: '200ms' })
      const lease = await lock.acquire(`shorter ${kind}`, { ttl: '1h' })
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
      const lease = await lock.acquire(`away ${kind}`, { ttl: '1h' })
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
      await eventually(lock, `away too ${kind}`)
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
      await plain.config('SET', 'maxmemory', '1mb')
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
        const lock = lockOn(opened)
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

describeWithPrivateService('redis', {}, (master) => {
  describeWithPrivateService('redis', {}, (replica) => {
    const follow = async (follower: PrivateServer, leader: PrivateServer) => {
      const { password, port } = new URL(leader.url)
      await askRedis(follower.url, ['CONFIG', 'SET', 'masterauth', password])
      await askRedis(follower.url, ['REPLICAOF', '127.0.0.1', port])
    }

    test.each(kinds)(
      '%s: after a failover, the old master refuses, and the new one gives higher tokens',
      async (kind) => {
        await using onMaster = await CLIENTS[kind](master.url)
        await using onReplica = await CLIENTS[kind](replica.url)
        const [before, after] = [lockOn(onMaster), lockOn(onReplica)]
        const lost = await before.acquire(`failover ${kind}`, { ttl: '1h' })
        // The replica was promoted before it had learnt of the lease.
        await follow(master, replica)
        await expect(before.tryAcquire(`failover ${kind} free`)).rejects.toMatchObject({
          ...unavailable,
          code: 'REDIS_READ_ONLY',
          details: { outcome: 'not_done' },
        })
        await expect(lost.extend()).rejects.toMatchObject(unavailable)
        const lease = await after.acquire(`failover ${kind}`, { ttl: '1h', wait: 0 })
        expect(lease.token > lost.token).toBe(true)
        await askRedis(master.url, ['REPLICAOF', 'NO', 'ONE'])
        await lease.release()
        await eventually(before, `failover ${kind} again`)
      },
    )
  })
})

describeWithPrivateService('redis', {}, (redis) => {
  test('Redisson #3194: renewal goes on after the connection was lost', async () => {
    await using opened = await CLIENTS['ioredis 6'](redis.url)
    const lock = lockOn(opened, { timeout: '30s' })
    const plain = new Redis(redis.url)
    await withLock(lock, 'renewed', { ttl: '9s' }, async (lease) => {
      await askRedis(redis.url, ['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
      const before = await plain.pttl('lock:renewed')
      await expect.poll(() => plain.pttl('lock:renewed'), { timeout: 30_000 }).toBeGreaterThan(before)
      expect(lease.signal.aborted).toBe(false)
      expect(await lock.tryAcquire('renewed')).toBeUndefined()
    })
    plain.disconnect()
  })
})
