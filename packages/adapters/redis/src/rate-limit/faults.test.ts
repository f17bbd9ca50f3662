import type { Socket } from 'node:net'
import type { UnavailableError } from '@base/core/errors'
import {
  memoryRateLimitStore,
  type RateLimit,
  RateLimiter,
  type RateLimitResult,
} from '@base/resilience/rate-limiter'
import {
  describeWithPrivateService,
  describeWithService,
  lineTo,
  type PrivateServer,
  privateServer,
} from '@base-internal/tools/services'
import { type Cluster, Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from '../connection/connect.js'
import { CLIENTS, CLUSTER_CLIENTS } from '../test-clients.js'
import { clusterOfTests } from '../test-cluster.js'
import { moveSlotOf } from '../test-slot.js'
import { type RedisRateLimitStore, redisRateLimitStore } from './index.js'
import { PreparedLimit } from './prepared-limit.js'
import { RedisStore } from './redis-rate-limit-store.js'
import { standing, TimedConnection, withoutEnd } from './test-time.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]
const HOUR = 3_600_000

const limit: RateLimit = {
  name: 'limit',
  policies: [
    { name: 'paced', limit: 100, window: HOUR, burst: 100, algorithm: 'gcra' },
    { name: 'logged', limit: 100, window: HOUR, burst: 100, algorithm: 'sliding_log' },
  ],
}
const left = ({ policies }: RateLimitResult) => policies.map(({ remaining }) => remaining)

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  )
}

/** Until the store answers again; what was refused meanwhile charged nothing, or nobody knows. */
async function answers(store: RedisRateLimitStore, key: string): Promise<RateLimitResult> {
  for (;;) {
    const result = await store.consume(key, 0, limit).catch(() => undefined)
    if (result !== undefined) return result
  }
}

describeWithPrivateService('redis', {}, (redis) => {
  describe.each(kinds)('redisRateLimitStore on %s', (kind) => {
    test('charges once where the connection is lost before the answer, and says that nobody knows', async () => {
      await using line = await lineTo(redis.url)
      await using opened = await CLIENTS[kind](line.url)
      const store = redisRateLimitStore(opened.client, { timeout: '10s' })
      const key = `lost ${kind}`
      await store.consume(key, 1, limit)
      for (const charged of [2, 3, 4]) {
        line.cut(key, 'before the answer')
        expect(await rejection(store.consume(key, 1, limit))).toMatchObject({
          code: 'REDIS_UNAVAILABLE',
          kind: 'unavailable',
          details: { outcome: 'unknown' },
        })
        line.cut(undefined)
        expect(left(await answers(store, key))).toEqual([100 - charged, 100 - charged])
      }
    })

    test('outlives resets of its connection under load, charging no more than was asked', async () => {
      await using line = await lineTo(redis.url)
      await using opened = await CLIENTS[kind](line.url)
      const store = redisRateLimitStore(opened.client, { timeout: '10s' })
      const key = `resets ${kind}`
      let [allowed, unknown] = [0, 0]
      for (let round = 0; round < 8; round++) {
        const calls = Array.from({ length: 5 }, () => store.consume(key, 1, limit))
        if (round % 2 === 0) line.reset()
        for (const outcome of await Promise.allSettled(calls))
          if (outcome.status === 'fulfilled') allowed++
          else if (outcome.reason.details.outcome === 'unknown') unknown++
        await answers(store, key)
      }
      const spent = 100 - Number(left(await answers(store, key))[0])
      expect(spent).toBeGreaterThanOrEqual(allowed)
      expect(spent).toBeLessThanOrEqual(allowed + unknown)
      expect(allowed).toBeGreaterThanOrEqual(20)
    })

    test.each([
      ['frozen', (server: PrivateServer) => server.pause(), (server: PrivateServer) => server.resume()],
      [
        'paused by an operator',
        (server: PrivateServer) => command(server.url, 'CLIENT', 'PAUSE', '600000', 'WRITE'),
        (server: PrivateServer) => command(server.url, 'CLIENT', 'UNPAUSE'),
      ],
    ])(
      'a server that is %s is waited for no longer than the timeout, and counts on afterwards',
      async (name, stop, goOn) => {
        await using opened = await CLIENTS[kind](redis.url)
        const store = redisRateLimitStore(opened.client, { timeout: '100ms' })
        const key = `${name} ${kind}`
        await redisRateLimitStore(opened.client, { timeout: '10s' }).consume(key, 10, limit)
        await stop(redis)
        try {
          const error = await rejection(store.consume(key, 1, limit))
          expect(error).toMatchObject({ code: 'REDIS_UNAVAILABLE', details: { outcome: 'unknown' } })
          for (const order of [store.reset('other', limit), store.block('other', 1, limit)])
            expect(await rejection(order)).toMatchObject({ kind: 'unavailable' })
        } finally {
          await goOn(redis)
        }
        // The call that nobody waited for may have been charged, once.
        expect([90, 89]).toContain(left(await answers(store, key))[0])
      },
    )

    test('while the server is gone whenStoreFails answers in bounded time; then it counts on, without a restart', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const store = redisRateLimitStore(opened.client, { timeout: '200ms' })
      const make = (whenStoreFails: 'deny' | 'allow' | RedisRateLimitStore) =>
        new RateLimiter({ policies: '2/hour', name: `gone ${kind}`, store, whenStoreFails })
      const fallback = memoryRateLimitStore()
      const limiters = [make('deny'), make('allow'), make(fallback as never)] as const
      const errors: unknown[] = []
      for (const limiter of limiters) limiter.on('storeFailed', ({ error }) => errors.push(error))
      await limiters[0].consume('k')
      await redis.kill()
      try {
        const results = await Promise.all(limiters.map((limiter) => limiter.consume('k')))
        expect(results.map(({ allowed, degraded }) => [allowed, degraded])).toEqual([
          [false, true],
          [true, true],
          [true, true],
        ])
        expect(errors).toHaveLength(3)
        for (const error of errors) expect(error).toMatchObject({ code: 'REDIS_UNAVAILABLE' })
        expect(await rejection(limiters[0].block('k', '1m'))).toMatchObject({ kind: 'unavailable' })
      } finally {
        await redis.start()
      }
      // Each leaves the store alone for a while after a failure that took long.
      const degraded = async () =>
        (await Promise.all(limiters.map((limiter) => limiter.peek('k')))).map((result) => result.degraded)
      await expect.poll(degraded).toEqual([undefined, undefined, undefined])
      // What was acknowledged before the crash is still counted, as the server keeps a log.
      expect(await limiters[0].consume('k')).toMatchObject({ allowed: true, policies: [{ remaining: 0 }] })
      expect(await limiters[1].consume('k')).toMatchObject({ allowed: false })
    })

    test('a server without memory for more refuses to charge, answers what needs none, and recovers', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const store = redisRateLimitStore(opened.client, { timeout: '10s' })
      const key = `full ${kind}`
      await store.consume(key, 100, limit)
      await command(redis.url, 'CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
      await command(redis.url, 'CONFIG', 'SET', 'maxmemory', '1')
      try {
        expect(await rejection(store.consume(`new ${key}`, 1, limit))).toMatchObject({
          code: 'REDIS_OUT_OF_MEMORY',
          kind: 'unavailable',
          details: { outcome: 'not_done' },
        })
        expect(await store.consume(key, 1, limit)).toMatchObject({ allowed: false })
        await store.reset(key, limit)
      } finally {
        await command(redis.url, 'CONFIG', 'SET', 'maxmemory', '0')
      }
      expect(left(await store.consume(`new ${key}`, 1, limit))).toEqual([99, 99])
      expect(left(await store.consume(key, 1, limit))).toEqual([99, 99])
    })
  })

  test('finds what is over by halving, however long a log is', async () => {
    await using opened = await CLIENTS['ioredis 6'](redis.url)
    let now = Date.UTC(2026, 0, 1) * 1_000
    const timed = new TimedConnection(
      connect(opened.client, 'test'),
      standing(() => now),
    )
    const store = new RedisStore(withoutEnd(timed), 'halving:', 10_000)
    const [, logged] = limit.policies
    const long: RateLimit = {
      name: 'long',
      policies: [{ ...(logged ?? expect.unreachable()), limit: 10_000, window: 1_000 }],
    }
    for (let spent = 0; spent < 4_000; spent++) {
      now += 100
      await store.consume('k', 1, long)
    }
    const before = await lookUps(redis.url)
    now += 800_000
    // It began 1.2 s ago: what was spent in the first 200 ms is over.
    expect((await store.consume('k', 0, long)).policies[0]?.remaining).toBe(8_000)
    expect((await store.consume('k', 9_999, long)).policies[0]).toMatchObject({ retryAfter: 200 })
    expect((await lookUps(redis.url)) - before).toBeLessThan(40)
  })
})

/** How often a place of a list was read. */
async function lookUps(url: string): Promise<number> {
  const facts = await command(url, 'INFO', 'commandstats')
  return Number(/cmdstat_lindex:calls=(\d+)/.exec(String(facts))?.[1] ?? 0)
}

describeWithPrivateService('redis', { settings: { appendonly: 'no', save: '""' } }, (redis) => {
  test.each(kinds)('what a server without a log loses in a crash may be spent anew (%s)', async (kind) => {
    await using opened = await CLIENTS[kind](redis.url)
    const store = redisRateLimitStore(opened.client, { timeout: '200ms' })
    await answers(store, kind)
    await store.consume(kind, 100, limit)
    await redis.kill()
    expect(await rejection(store.consume(kind, 1, limit))).toMatchObject({ code: 'REDIS_UNAVAILABLE' })
    await redis.start()
    expect(left(await answers(store, kind))).toEqual([100, 100])
    expect(left(await store.consume(kind, 1, limit))).toEqual([99, 99])
  })
})

describeWithService('redis', () => {
  describe('a failover', () => {
    let first: PrivateServer
    let second: PrivateServer
    beforeAll(async () => {
      const settings = { 'repl-diskless-sync-delay': '0' }
      ;[first, second] = await Promise.all([
        privateServer('redis', { settings }),
        privateServer('redis', { settings }),
      ])
    }, 60_000)
    afterAll(() => Promise.all([first?.close(), second?.close()]))

    test.each(kinds)(
      'to a replica: refused as long as it may not write, then counted on (%s)',
      async (kind) => {
        await using line = await lineTo(first.url)
        // The replica has another password; the one that the first has as well lets the client in.
        await Promise.all(
          [first, second].map(({ url }) => command(url, 'ACL', 'SETUSER', 'default', '>shared')),
        )
        const { port, password } = new URL(first.url)
        await command(second.url, 'CONFIG', 'SET', 'masterauth', decodeURIComponent(password))
        await command(second.url, 'REPLICAOF', '127.0.0.1', port)
        await using opened = await CLIENTS[kind](
          Object.assign(new URL(line.url), { password: 'shared' }).href,
        )
        const store = redisRateLimitStore(opened.client, { timeout: '5s' })
        const key = `failover ${kind}`
        await expect
          .poll(async () => String(await command(second.url, 'INFO', 'replication')), { timeout: 20_000 })
          .toContain('master_link_status:up')
        await store.consume(key, 40, limit)
        await command(first.url, 'WAIT', '1', '10000')

        line.leadTo(second.url)
        await expect
          .poll(() => store.consume(key, 1, limit).catch((error) => error.code), { timeout: 20_000 })
          .toBe('REDIS_READ_ONLY')
        await command(second.url, 'REPLICAOF', 'NO', 'ONE')
        expect(left(await store.consume(key, 1, limit))).toEqual([59, 59])
        expect(left(await store.consume(key, 59, limit))).toEqual([0, 0])
      },
    )
  })

  describe('a cluster', () => {
    const cluster = clusterOfTests()

    test.each(kinds)('charges each call once while the slot of its key moves (%s)', async (kind) => {
      await using opened = await CLUSTER_CLIENTS[kind](cluster().urls)
      const store = redisRateLimitStore(opened.client, { timeout: '5s' })
      const key = `moves ${kind}`
      await store.consume(key, 1, limit)
      let [allowed, moving] = [1, true]
      const errors: unknown[] = []
      const spending = (async () => {
        while (moving && allowed < 90)
          await store.consume(key, 1, limit).then(
            () => allowed++,
            (error: unknown) => errors.push(error),
          )
      })()
      await moveSlotOf(new PreparedLimit('rate-limit:', limit).keysOf(key)[0], cluster().urls)
      moving = false
      await spending
      for (const error of errors) expect(error).toMatchObject({ kind: 'unavailable' })
      const unknown = errors.filter((error) => (error as UnavailableError).details?.['outcome'] === 'unknown')
      const [paced = 0, logged] = left(await answers(store, key))
      expect(logged).toBe(paced)
      expect(100 - paced).toBeGreaterThanOrEqual(allowed)
      expect(100 - paced).toBeLessThanOrEqual(allowed + unknown.length)
    })

    test('charges once where the connection is lost before the answer', async () => {
      await using opened = await CLUSTER_CLIENTS['ioredis 6'](cluster().urls)
      const client = opened.client as unknown as Cluster
      const store = redisRateLimitStore(opened.client, { timeout: '20s' })
      await store.consume('k', 1, limit)
      await Promise.all(cluster().nodes.map((node) => node.pause()))
      const lost = rejection(store.consume('k', 1, limit))
      // What is sent lies at the server, and is done once it goes on.
      await new Promise(setImmediate)
      for (const node of client.nodes()) (node as unknown as { stream?: Socket }).stream?.destroy()
      await Promise.all(cluster().nodes.map((node) => node.resume()))
      expect(await lost).toMatchObject({ code: 'REDIS_UNAVAILABLE', details: { outcome: 'unknown' } })
      await expect.poll(async () => left(await answers(store, 'k'))).toEqual([98, 98])
    })
  })
})

/** Sends one command by a client of its own. */
async function command(url: string, name: string, ...args: string[]): Promise<unknown> {
  const client = new Redis(url)
  try {
    return await client.call(name, ...args)
  } finally {
    client.disconnect()
  }
}
