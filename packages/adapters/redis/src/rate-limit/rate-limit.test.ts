import {
  memoryRateLimitStore,
  type RateLimit,
  RateLimiter,
  type RateLimitPolicy,
} from '@base/resilience/rate-limiter'
import { describeWithService } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { connect } from '../connection/connect.js'
import { CLIENTS, type TestClient } from '../test-clients.js'
import { keysWith } from '../test-keys.js'
import { redisRateLimitStore } from './index.js'
import { RedisStore } from './redis-rate-limit-store.js'
import { standing, TimedConnection, withoutEnd } from './test-time.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]
const wrong = (value: unknown): never => value as never
const LIMIT = 100
const ALGORITHMS = ['gcra', 'token_bucket', 'sliding_log', 'sliding_window', 'fixed_window'] as const
let prefixes = 0
const newPrefix = () => `test-${process.pid}-${prefixes++}:`

function limitOf(policy: Partial<RateLimitPolicy>, name = 'limit'): RateLimit {
  const { limit = 1, window = 1_000, burst = limit, algorithm = 'gcra' } = policy
  return { name, policies: [{ name: 'p', limit, window, burst, algorithm }] }
}

describeWithService('redis', (redis) => {
  let opened: TestClient
  let plain: Redis
  beforeAll(async () => {
    opened = await CLIENTS['ioredis 6'](redis.url)
    plain = new Redis(redis.url)
  })
  afterAll(async () => {
    plain.disconnect()
    await opened[Symbol.asyncDispose]()
  })

  describe.each(kinds)('redisRateLimitStore on %s', (kind) => {
    test('is shared by all limiters of that name and those policies, and by no others', async () => {
      await using one = await CLIENTS[kind](redis.url)
      await using two = await CLIENTS[kind](redis.url)
      const prefix = newPrefix()
      const limiter = ({ client }: TestClient, name: string) =>
        new RateLimiter({
          name,
          policies: '2/hour',
          store: redisRateLimitStore(client, { prefix, timeout: '10s' }),
          storeTimeout: '20s',
        })
      expect(await limiter(one, 'a').consume('k')).toMatchObject({
        allowed: true,
        policies: [{ remaining: 1 }],
      })
      expect(await limiter(two, 'a').consume('k')).toMatchObject({
        allowed: true,
        policies: [{ remaining: 0 }],
      })
      expect(await limiter(one, 'a').consume('k')).toMatchObject({ allowed: false })
      expect(await limiter(two, 'b').consume('k')).toMatchObject({
        allowed: true,
        policies: [{ remaining: 1 }],
      })
    })

    test('runs on after the server has forgotten its scripts', async () => {
      await using client = await CLIENTS[kind](redis.url)
      const limiter = new RateLimiter({
        policies: '10/hour',
        store: redisRateLimitStore(client.client, { prefix: newPrefix(), timeout: '10s' }),
        storeTimeout: '20s',
      })
      await limiter.consume('k')
      await plain.script('FLUSH')
      expect(await limiter.consume('k')).toMatchObject({ allowed: true, policies: [{ remaining: 8 }] })
      await plain.script('FLUSH')
      await limiter.reset('k')
      expect((await limiter.peek('k')).policies[0]?.remaining).toBe(10)
    })

    test('keys and names may be any text', async () => {
      await using client = await CLIENTS[kind](redis.url)
      const store = redisRateLimitStore(client.client, { prefix: newPrefix(), timeout: '10s' })
      const texts = ['a b\r\nc', '{a}', '}', '{}', 'a\0b', 'ü'.repeat(256), ':', 'constructor']
      for (const name of texts)
        for (const key of texts) {
          const limit = limitOf({ window: 3_600_000, algorithm: 'sliding_log' }, name)
          expect((await store.consume(key, 1, limit)).allowed).toBe(true)
          expect((await store.consume(key, 1, limit)).allowed).toBe(false)
        }
    })
  })

  describe('redisRateLimitStore', () => {
    test('takes one round trip for each call', async () => {
      const limiter = new RateLimiter({
        policies: ['10/minute', { limit: 100, window: '1h', algorithm: 'sliding_log' }],
        store: redisRateLimitStore(opened.client, { prefix: newPrefix(), timeout: '10s' }),
        storeTimeout: '20s',
      })
      await limiter.consume('warm')
      await limiter.reset('warm')
      const calls = vi.spyOn(opened.client as Redis, 'sendCommand')
      await limiter.consume('k', { cost: 3 })
      await limiter.peek('k')
      await limiter.block('k', '1m')
      await limiter.consume('k')
      await limiter.reset('k')
      expect(calls).toHaveBeenCalledTimes(5)
      calls.mockRestore()
    })

    test('asks once for what one tick asks, and decides each on its own, in order', async () => {
      const store = redisRateLimitStore(opened.client, { prefix: newPrefix(), timeout: '10s' })
      const limit = limitOf({ limit: 5, window: 3_600_000, algorithm: 'sliding_log' })
      await Promise.all(['warm', 'too'].map((key) => store.consume(key, 1, limit)))
      const calls = vi.spyOn(opened.client as Redis, 'sendCommand')
      const asked = [
        ['a', 2],
        ['b', 6],
        ['a', 4],
        ['a', 3],
        ['b', 0],
      ] as const
      const results = await Promise.all(asked.map(([key, cost]) => store.consume(key, cost, limit)))
      expect(calls).toHaveBeenCalledTimes(1)
      calls.mockRestore()
      expect(results.map(({ allowed, policies }) => [allowed, policies[0]?.remaining])).toEqual([
        [true, 3],
        [false, 5],
        [false, 3],
        [true, 0],
        [true, 5],
      ])
    })

    test('what is called in one tick is done in the order of the calls', async () => {
      const store = redisRateLimitStore(opened.client, { prefix: newPrefix(), timeout: '10s' })
      const limiter = new RateLimiter({ policies: '2/hour', store, storeTimeout: '20s' })
      await Promise.all([limiter.consume('k', { cost: 2 }), limiter.reset('k')])
      expect((await limiter.peek('k')).policies[0]?.remaining).toBe(2)
      const [before, , after] = await Promise.all([
        limiter.consume('k'),
        limiter.block('k', '1h'),
        limiter.consume('k'),
      ])
      expect([before.allowed, after.allowed]).toEqual([true, false])
    })

    test('so it is where the server does not know all of their scripts', async () => {
      const store = redisRateLimitStore(opened.client, { prefix: newPrefix(), timeout: '10s' })
      const limit = limitOf({ limit: 5, window: 3_600_000 })
      const spends = (count: number) => Array.from({ length: count }, () => store.consume('k', 1, limit))
      const left = async () => (await store.consume('k', 0, limit)).policies[0]?.remaining
      for (const count of [1, 2]) {
        await plain.script('FLUSH')
        await store.reset('other', limit)
        await Promise.all([...spends(count), store.reset('k', limit)])
        expect(await left()).toBe(5)
        await plain.script('FLUSH')
        await Promise.all(spends(count))
        await Promise.all([store.reset('k', limit), ...spends(count)])
        expect(await left()).toBe(5 - count)
        await store.reset('k', limit)
      }
      for (const known of ['block', 'consume'] as const) {
        await plain.script('FLUSH')
        if (known === 'block') await store.block('other', 1, limit)
        else await Promise.all(spends(2))
        await store.reset('k', limit)
        const before = spends(2)
        const block = store.block('k', 3_600_000, limit)
        const answers = await Promise.all([...before, ...spends(2)])
        expect(answers.map(({ allowed }) => allowed)).toEqual([true, true, false, false])
        await block
        await store.reset('k', limit)
      }
    })

    test('a call whose key holds something else fails, and takes no other along', async () => {
      const prefix = newPrefix()
      const store = redisRateLimitStore(opened.client, { prefix, timeout: '10s' })
      const limit = limitOf({ limit: 5, window: 3_600_000 })
      await store.consume('taken', 1, limit)
      const [key = ''] = await keysWith(connect(opened.client, 'test'), prefix)
      for (const make of [() => plain.rpush(key, 'a'), () => plain.set(key, 'short')]) {
        await plain.del(key)
        await make()
        const outcomes = await Promise.allSettled(
          ['before', 'taken', 'after'].map((key) => store.consume(key, 1, limit)),
        )
        expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
        expect(outcomes[1]).toMatchObject({ reason: { code: 'REDIS_REFUSED', kind: 'internal' } })
        await expect(store.block('taken', 1_000, limit)).rejects.toMatchObject({ code: 'REDIS_REFUSED' })
      }
      expect(await store.consume('after', 1, limit)).toMatchObject({ policies: [{ remaining: 2 }] })
    })

    test('charges and creates nothing by looking, nor by refusing', async () => {
      const prefix = newPrefix()
      const store = redisRateLimitStore(opened.client, { prefix, timeout: '10s' })
      for (const algorithm of ALGORITHMS) {
        const limit = limitOf({ algorithm, limit: 5 }, algorithm)
        await store.consume('k', 0, limit)
        await store.consume('k', 6, limit)
      }
      expect(await keysWith(connect(opened.client, 'test'), prefix)).toEqual([])
    })

    test.each(ALGORITHMS)('a key of %s ends when it is as new, with its log', async (algorithm) => {
      const prefix = newPrefix()
      const store = redisRateLimitStore(opened.client, { prefix, timeout: '10s' })
      const { policies } = await store.consume('k', 1, limitOf({ algorithm, limit: 5, window: 60_000 }))
      const keys = await keysWith(connect(opened.client, 'test'), prefix)
      expect(keys).toHaveLength(algorithm === 'sliding_log' ? 2 : 1)
      for (const key of keys) {
        const left = await plain.pttl(key)
        expect(left).toBeGreaterThan(0)
        expect(left).toBeLessThanOrEqual(Number(policies[0]?.resetAfter) + 2)
      }
      await expect
        .poll(async () => {
          await store.reset('k', limitOf({ algorithm, limit: 5, window: 60_000 }))
          return keysWith(connect(opened.client, 'test'), prefix)
        })
        .toEqual([])
    })

    test('a block without an end has none in Redis either, until a later one replaces it', async () => {
      const prefix = newPrefix()
      const store = redisRateLimitStore(opened.client, { prefix, timeout: '10s' })
      const limit = limitOf({ limit: 5 })
      await store.block('k', Number.POSITIVE_INFINITY, limit)
      const [key = ''] = await keysWith(connect(opened.client, 'test'), prefix)
      expect(await plain.pttl(key)).toBe(-1)
      expect((await store.consume('k', 1, limit)).policies[0]?.retryAfter).toBeNull()
      await store.block('k', 60_000, limit)
      expect(await plain.pttl(key)).toBeGreaterThan(0)
    })

    test('counts what came at the beginning of a window no more at its end', async () => {
      let now = Date.UTC(2026, 0, 1) * 1_000
      const timed = new TimedConnection(
        connect(opened.client, 'test'),
        standing(() => now),
      )
      const store = new RedisStore(withoutEnd(timed), newPrefix(), 10_000)
      const limit = limitOf({ algorithm: 'sliding_log', limit: 3 })
      for (const later of [0, 1_000, 1_000]) {
        now += later
        await store.consume('k', 1, limit)
      }
      now += 998_999
      expect(await store.consume('k', 2, limit)).toMatchObject({
        allowed: false,
        policies: [{ retryAfter: 1 }],
      })
      now += 1
      expect(await store.consume('k', 0, limit)).toMatchObject({
        policies: [{ remaining: 2, resetAfter: 1 }],
      })
    })

    test('either key of a log may be evicted without the other', async () => {
      const prefix = newPrefix()
      const store = redisRateLimitStore(opened.client, { prefix, timeout: '10s' })
      const limit = limitOf({ algorithm: 'sliding_log', limit: 3, window: 3_600_000 })
      for (const lost of [0, 1]) {
        await store.consume('k', 2, limit)
        const keys = (await keysWith(connect(opened.client, 'test'), prefix)).toSorted()
        expect(keys).toHaveLength(2)
        await plain.del(keys[lost] ?? '')
        expect(await store.consume('k', 1, limit)).toMatchObject({
          allowed: true,
          policies: [{ remaining: 2 }],
        })
        expect(await store.consume('k', 3, limit)).toMatchObject({
          allowed: false,
          policies: [{ remaining: 2 }],
        })
        await store.reset('k', limit)
      }
    })

    test("a prefix of the client's own stands before ours", async () => {
      const client = new Redis(redis.url, { keyPrefix: 'mine:' })
      const store = redisRateLimitStore(client, { prefix: 'p:', timeout: '10s' })
      await store.consume('k', 1, limitOf({ window: 60_000 }))
      expect(await keysWith(connect(opened.client, 'test'), 'mine:p:{')).toHaveLength(1)
      client.disconnect()
    })

    test('a client that pipelines by itself and gives numbers as texts is one like others', async () => {
      const client = new Redis(redis.url, { enableAutoPipelining: true, stringNumbers: true })
      const store = redisRateLimitStore(client, { prefix: newPrefix(), timeout: '10s' })
      const limit = limitOf({ limit: LIMIT, window: 3_600_000 })
      const results = await Promise.all(Array.from({ length: 2 * LIMIT }, () => store.consume('k', 1, limit)))
      expect(results.filter(({ allowed }) => allowed)).toHaveLength(LIMIT)
      expect(results[0]?.policies[0]).toMatchObject({ remaining: LIMIT - 1, retryAfter: 0 })
      client.disconnect()
    })

    test('lets calls of a policy wait for their turn', async () => {
      const limiter = new RateLimiter({
        policies: [{ limit: 1, window: '30ms' }],
        store: redisRateLimitStore(opened.client, { prefix: newPrefix(), timeout: '10s' }),
        storeTimeout: '20s',
        maxWait: '20s',
      })
      const order: number[] = []
      const calls = Array.from({ length: 5 }, (_, index) =>
        limiter.execute(() => order.push(index), { key: 'k' }),
      )
      await Promise.all(calls)
      expect([order, limiter.stats.allowed]).toEqual([[0, 1, 2, 3, 4], 5])
    })

    test('takes the place of a store in memory, and a store in memory its place', async () => {
      const shared = redisRateLimitStore(opened.client, { prefix: newPrefix(), timeout: '10s' })
      for (const store of [shared, memoryRateLimitStore()]) {
        const limiter = new RateLimiter({
          policies: [{ limit: 5, window: '1h', algorithm: 'sliding_log' }],
          store,
          storeTimeout: '20s',
        })
        await limiter.consume('k', { cost: 2 })
        await limiter.block('b', '1h')
        expect([await limiter.consume('k', { cost: 4 }), (await limiter.peek('b')).allowed]).toMatchObject([
          { allowed: false, policies: [{ limit: 5, window: 3_600_000, remaining: 3 }] },
          false,
        ])
      }
    })

    test.each([
      ['a client', () => redisRateLimitStore(wrong({})), 'client must be'],
      ['a prefix', () => redisRateLimitStore(plain, { prefix: '' }), 'prefix must be a text'],
      ['a prefix', () => redisRateLimitStore(plain, { prefix: 'a{}b' }), 'prefix must be a text without {}'],
      ['a timeout', () => redisRateLimitStore(plain, { timeout: 0 }), 'timeout must be more'],
      ['a timeout', () => redisRateLimitStore(plain, { timeout: wrong('soon') }), 'timeout must be'],
    ])('refuses %s that is none', (_, make, message) => {
      expect(make).toThrow(`@base/redis redisRateLimitStore: ${message}`)
    })
  })
})
