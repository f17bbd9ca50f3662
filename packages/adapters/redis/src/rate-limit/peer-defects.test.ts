import { memoryRateLimitStore, RateLimiter, type RateLimiterOptions } from '@base/resilience/rate-limiter'
import { REDIS_CELL_VECTORS } from '@base-internal/tools/redis-cell'
import { describeWithService } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { connect } from '../connection/connect.js'
import { CLIENTS, type TestClient } from '../test-clients.js'
import { keysWith } from '../test-keys.js'
import { redisRateLimitStore } from './index.js'
import { RedisStore } from './redis-rate-limit-store.js'
import { standing, TimedConnection, withoutEnd } from './test-time.js'

/** What other libraries get wrong in Redis, by their name and ours. Each was seen in the version that is named. */

const wrong = (value: unknown): never => value as never
let prefixes = 0

describeWithService('redis', (redis) => {
  let opened: TestClient
  beforeAll(async () => {
    opened = await CLIENTS['ioredis 6'](redis.url)
  })
  afterAll(() => opened[Symbol.asyncDispose]())

  /** A limiter on a server whose clock stands until a test moves it on, and whose keys only that ends. */
  function moved(policies: RateLimiterOptions['policies']) {
    let now = Date.UTC(2026, 0, 1) * 1_000
    const timed = withoutEnd(
      new TimedConnection(
        connect(opened.client, 'test'),
        standing(() => now),
      ),
    )
    const prefix = `defects-${process.pid}-${prefixes++}:`
    const limiter = new RateLimiter({
      policies,
      store: new RedisStore(timed, prefix, 10_000),
      storeTimeout: '20s',
    })
    const pass = (milliseconds: number) => {
      now += milliseconds * 1_000
    }
    return { limiter, pass }
  }

  describe('what rate-limiter-flexible 11 gets wrong', () => {
    test('a window of half a second ends', async () => {
      const { limiter, pass } = moved([{ limit: 1, window: 500, algorithm: 'sliding_log' }])
      await limiter.consume('k')
      pass(499)
      expect(await limiter.consume('k')).toMatchObject({ allowed: false, policies: [{ retryAfter: 1 }] })
      pass(1)
      expect(await limiter.consume('k')).toMatchObject({ allowed: true })
    })

    test('a window of 1.9 s lasts 1.9 s, not 1', async () => {
      const { limiter, pass } = moved([{ limit: 1, window: 1_900, algorithm: 'sliding_log' }])
      await limiter.consume('k')
      pass(1_100)
      expect(await limiter.consume('k')).toMatchObject({ allowed: false })
      pass(800)
      expect(await limiter.consume('k')).toMatchObject({ allowed: true })
    })

    test.each(['gcra', 'sliding_log', 'sliding_window', 'fixed_window'] as const)(
      'a cost of 100 where 6 are left charges nothing (#286, by %s)',
      async (algorithm) => {
        const { limiter } = moved([{ limit: 10, window: '1d', algorithm }])
        await limiter.consume('k', { cost: 4 })
        for (const cost of [100, 7])
          expect(await limiter.consume('k', { cost })).toMatchObject({ allowed: false })
        expect(await limiter.consume('k', { cost: 6 })).toMatchObject({
          allowed: true,
          policies: [{ remaining: 0 }],
        })
      },
    )

    test('of several policies a refused call charges none', async () => {
      const { limiter } = moved(['10/hour', '1/day'])
      for (let call = 0; call < 6; call++) await limiter.consume('k')
      expect((await limiter.peek('k')).policies.map(({ remaining }) => remaining)).toEqual([9, 0])
    })

    test('around the end of a second no more than 10 and the pace of 10 a second pass', async () => {
      const { limiter, pass } = moved('10/second')
      let allowed = 0
      for (let call = 0; call < 30; call++) {
        if ((await limiter.consume('k')).allowed) allowed++
        pass(5)
      }
      // 150 ms give one back.
      expect(allowed).toBe(11)
    })

    test("the names 'a' and 'a:b' do not share a count for the keys 'b:c' and 'c'", async () => {
      const store = redisRateLimitStore(opened.client, {
        prefix: `defects-${process.pid}-${prefixes++}:`,
        timeout: '10s',
      })
      const named = (name: string) =>
        new RateLimiter({ name, policies: '1/hour', store, storeTimeout: '20s' })
      expect(await named('a').consume('b:c')).toMatchObject({ allowed: true })
      expect(await named('a:b').consume('c')).toMatchObject({ allowed: true })
    })

    test('nothing that is no cost reaches Redis: NaN, -5, 0.5 or a text', async () => {
      const { limiter } = moved('10/hour')
      // Behind the question whether the server evicts.
      await limiter.peek('k')
      const sent = vi.spyOn(opened.client as Redis, 'sendCommand')
      for (const cost of [Number.NaN, -5, 0.5, wrong('1')])
        await expect(limiter.consume('k', { cost })).rejects.toMatchObject({ code: 'INVALID_OPTION' })
      expect(sent).not.toHaveBeenCalled()
      sent.mockRestore()
      expect((await limiter.peek('k')).policies[0]?.remaining).toBe(10)
    })

    test('a window of 30 days holds', async () => {
      const { limiter, pass } = moved([{ limit: 2, window: '30d', algorithm: 'sliding_log' }])
      const allowed: boolean[] = []
      for (let call = 0; call < 5; call++) allowed.push((await limiter.consume('k')).allowed)
      pass(29 * 86_400_000)
      expect([...allowed, (await limiter.consume('k')).allowed]).toEqual([
        true,
        true,
        false,
        false,
        false,
        false,
      ])
    })

    test('with no server, ioredis as it is by default and another store in its place, it answers in time', async () => {
      // A port that nothing listens on.
      const client = new Redis('redis://127.0.0.1:1')
      client.on('error', () => {})
      const limiter = new RateLimiter({
        policies: '1/hour',
        store: redisRateLimitStore(client, { timeout: '100ms' }),
        whenStoreFails: memoryRateLimitStore(),
      })
      expect(await limiter.consume('k')).toMatchObject({ allowed: true, degraded: true })
      expect(await limiter.consume('k')).toMatchObject({ allowed: false, degraded: true })
      client.disconnect()
    })

    test('the store in its place is not asked about calls that Redis refuses (#337)', async () => {
      const fallback = memoryRateLimitStore()
      const consume = vi.spyOn(fallback, 'consume')
      const store = redisRateLimitStore(opened.client, {
        prefix: `defects-${process.pid}-${prefixes++}:`,
        timeout: '10s',
      })
      const limiter = new RateLimiter({
        policies: '1/hour',
        store,
        whenStoreFails: fallback,
        storeTimeout: '20s',
      })
      await limiter.consume('k')
      expect(await limiter.consume('k')).toMatchObject({ allowed: false })
      expect(consume).not.toHaveBeenCalled()
    })

    test('who asks while a block holds makes it neither shorter nor longer (#210)', async () => {
      const { limiter, pass } = moved('5/second')
      await limiter.consume('k')
      await limiter.block('k', '1h')
      pass(1_800_000)
      expect(await limiter.consume('k')).toMatchObject({
        allowed: false,
        policies: [{ retryAfter: 1_800_000 }],
      })
      pass(1_799_999)
      expect(await limiter.consume('k')).toMatchObject({ allowed: false })
      pass(1)
      expect(await limiter.consume('k')).toMatchObject({ allowed: true })
    })
  })

  describe('what @upstash/ratelimit 2 gets wrong', () => {
    test('what is left is exact, one by one and in a crowd: it ends at 0, not at 1 or -1 (PR #157)', async () => {
      const { limiter } = moved('5/day')
      const left = async () => (await limiter.consume('k')).policies[0]?.remaining
      const alone = [await left(), await left()]
      expect([...alone, ...(await Promise.all([left(), left(), left(), left()]))]).toEqual([4, 3, 2, 1, 0, 0])
    })

    test.each(['token_bucket', 'sliding_window'] as const)(
      'a refused cost of 4 drains nothing (%s)',
      async (algorithm) => {
        const { limiter } = moved([{ limit: 5, window: '1d', algorithm }])
        const left: unknown[] = []
        for (let call = 0; call < 3; call++)
          left.push((await limiter.consume('k', { cost: 4 })).policies[0]?.remaining)
        expect(left).toEqual([1, 1, 1])
      },
    )

    test('no key is without an end (#95), also of a window of half a second', async () => {
      const prefix = `defects-${process.pid}-${prefixes++}:`
      const store = redisRateLimitStore(opened.client, { prefix, timeout: '10s' })
      for (const algorithm of [
        'gcra',
        'token_bucket',
        'sliding_log',
        'sliding_window',
        'fixed_window',
      ] as const)
        await new RateLimiter({
          policies: [{ limit: 5, window: 500, algorithm }],
          store,
          storeTimeout: '20s',
        }).consume('k')
      const connection = connect(opened.client, 'test')
      const keys = await keysWith(connection, prefix)
      const lives = await Promise.all(
        keys.map((key) => connection.send(['PTTL', key], { timeout: 10_000, key })),
      )
      // -1 would be for ever; -2 is over.
      for (const life of lives) expect(life).not.toBe(-1)
    })

    test('a server that does not answer allows nothing, unless it is told to', async () => {
      const client = new Redis('redis://127.0.0.1:1')
      client.on('error', () => {})
      const store = redisRateLimitStore(client, { timeout: '100ms' })
      expect(await new RateLimiter({ policies: '1/hour', store }).consume('k')).toMatchObject({
        allowed: false,
      })
      client.disconnect()
    })
  })

  describe('what bucket4j gets wrong', () => {
    test('a bucket that was idle for long holds its burst, and no more (#51)', async () => {
      const { limiter, pass } = moved([
        { limit: 1_000_000, window: '1s', burst: 3, algorithm: 'token_bucket' },
      ])
      await limiter.consume('k')
      pass(10 * 365 * 86_400_000)
      expect((await limiter.peek('k')).policies[0]).toMatchObject({ remaining: 3, resetAfter: 0 })
      expect(await limiter.consume('k', { cost: 4 })).toMatchObject({ allowed: false })
    })
  })

  test('the table of redis-cell: 5 at once, then one a second', async () => {
    const { limiter, pass } = moved([{ limit: 1, window: '1s', burst: 5 }])
    let at = 0
    for (const [time, cost, allowed, remaining, resetAfter, retryAfter] of REDIS_CELL_VECTORS) {
      pass(time - at)
      at = time
      expect(await limiter.consume('k', { cost })).toMatchObject({
        allowed,
        policies: [{ remaining, resetAfter, retryAfter }],
      })
    }
  })
})
