import { createIdempotency, type Idempotency, type IdempotencyOptions } from '@base/application/idempotency'
import { describeWithPrivateService, type Line, lineTo } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CLIENTS, CLUSTER_CLIENTS, type TestClient } from '../test-clients.js'
import { clusterOfTests } from '../test-cluster.js'
import { testFailover } from '../test-failover.js'
import { moveSlotOf } from '../test-slot.js'
import { redisIdempotencyStore } from './index.js'
import { claimScript, completeScript } from './scripts.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]
const never = (): never => expect.unreachable()

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(never, (error: unknown) => error)
}

function idempotencyOn({ client }: TestClient, options: Partial<IdempotencyOptions> = {}): Idempotency {
  return createIdempotency({ store: redisIdempotencyStore(client, { timeout: '10s' }), ...options })
}

describeWithPrivateService('redis', {}, (redis) => {
  describe.each(kinds)('%s on a line that breaks', (kind) => {
    let line: Line
    let opened: TestClient
    let sound: TestClient
    beforeEach(async () => {
      line = await lineTo(redis.url)
      opened = await CLIENTS[kind](line.url)
      sound = await CLIENTS[kind](redis.url)
    })
    afterEach(async () => {
      await opened[Symbol.asyncDispose]()
      await sound[Symbol.asyncDispose]()
      await line[Symbol.asyncDispose]()
    })

    test.each(['before the statement', 'before the answer'] as const)(
      'at the claim, %s: nothing runs, and the key is free again',
      async (where) => {
        const key = `claim ${kind} ${where}`
        const idempotency = createIdempotency({
          store: redisIdempotencyStore(opened.client, { timeout: 1_000 }),
        })
        // The script is known, so that it is sent by its name.
        await idempotencyOn(opened).run(`warm ${key}`, 'f', () => 1)
        line.cut(claimScript.sha, where)
        expect(await rejection(idempotency.run(key, 'f', never))).toMatchObject({ kind: 'unavailable' })
        line.cut(undefined)
        await expect
          .poll(
            () =>
              idempotencyOn(sound)
                .run(key, 'f', ({ takeover }) => takeover)
                .catch(() => undefined),
            { timeout: 10_000 },
          )
          .toEqual({ value: false, replayed: false })
      },
    )

    test.each(['before the statement', 'before the answer'] as const)(
      'at the outcome, %s: it is written again, and the function is not called again',
      async (where) => {
        const key = `outcome ${kind} ${where}`
        const idempotency = createIdempotency({
          store: redisIdempotencyStore(opened.client, { timeout: 1_000 }),
          storeTimeout: '20s',
        })
        let [runs, failures] = [0, 0]
        idempotency.on('storeFailed', () => {
          failures++
          line.cut(undefined)
        })
        // The script is known, so that it is sent by its name.
        await idempotencyOn(opened).run(`warm ${key}`, 'f', () => 1)
        const result = await idempotency.run(key, 'f', () => {
          line.cut(completeScript.sha, where)
          return ++runs
        })
        expect([result, runs, failures > 0]).toEqual([{ value: 1, replayed: false }, 1, true])
        expect(await idempotencyOn(sound).run(key, 'f', never)).toEqual({ value: 1, replayed: true })
      },
    )
  })

  describe.each(kinds)('%s and a server in trouble', (kind) => {
    let plain: Redis
    let opened: TestClient
    beforeEach(async () => {
      plain = new Redis(redis.url)
      plain.on('error', () => {})
      opened = await CLIENTS[kind](redis.url)
    })
    afterEach(async () => {
      plain.disconnect()
      await opened[Symbol.asyncDispose]()
    })

    test('that has no memory left: new requests are refused, and what has begun is renewed, kept or freed', async () => {
      const store = redisIdempotencyStore(opened.client, { prefix: `full ${kind} `, timeout: '10s' })
      const claimOf = (key: string) => ({ key, fingerprint: 'f', token: key, lease: 60_000, ttl: 60_000 })
      const [kept, freed, late] = [claimOf('kept'), claimOf('freed'), claimOf('late')]
      for (const claim of [kept, freed]) await store.claim(claim)
      await plain.config('SET', 'maxmemory', '1')
      try {
        expect(await rejection(store.claim(late))).toMatchObject({
          kind: 'unavailable',
          code: 'REDIS_OUT_OF_MEMORY',
        })
        expect(await store.renew(kept)).toBe(true)
        expect(await store.complete(kept, 'x'.repeat(10_000))).toBe(true)
        expect(await store.release(freed)).toBe(true)
      } finally {
        await plain.config('SET', 'maxmemory', '0')
      }
      expect((await store.claim({ ...kept, token: 'another' })).state).toBe('replay')
      for (const claim of [freed, late])
        expect((await store.claim({ ...claim, token: 'another' })).state).toBe('run')
    })

    test('that pauses its clients: nothing runs, in bounded time', async () => {
      const idempotency = createIdempotency({
        store: redisIdempotencyStore(opened.client, { timeout: '200ms' }),
      })
      // Of writes, as scripts are: to end it is none.
      await plain.client('PAUSE', 60_000, 'WRITE')
      try {
        expect(await rejection(idempotency.run(`paused ${kind}`, 'f', never))).toMatchObject({
          kind: 'unavailable',
          details: { outcome: 'unknown' },
        })
      } finally {
        await plain.client('UNPAUSE')
      }
      const again = () =>
        idempotencyOn(opened)
          .run(`paused ${kind}`, 'f', () => 1)
          .catch(() => undefined)
      await expect.poll(again, { timeout: 20_000 }).toEqual({ value: 1, replayed: false })
    })

    test('that hangs for longer than a claim is waited for: nothing runs, and its key is free again', async () => {
      const idempotency = createIdempotency({ store: redisIdempotencyStore(opened.client, { timeout: 100 }) })
      // The script of a claim is known, and so it is carried out late; that of a release is not.
      await plain.script('FLUSH')
      await idempotencyOn(opened).run(`warm ${kind}`, 'f', () => 1)
      await redis.pause()
      try {
        // While the last of them waits, the store gives up on what the block asks it for after the first.
        for (const key of ['hung', 'hung too', 'hung longer'])
          expect(await rejection(idempotency.run(`${key} ${kind}`, 'f', never))).toMatchObject({
            details: { outcome: 'unknown' },
          })
      } finally {
        await redis.resume()
      }
      await expect.poll(() => plain.hget(`idempotency:hung ${kind}`, 'state')).toBe('free')
      expect(await idempotencyOn(opened).run(`hung ${kind}`, 'f', ({ takeover }) => takeover)).toMatchObject({
        value: false,
      })
    })

    test('that drops keys, for its memory is full: a run keeps its outcome, and the next fence is higher', async () => {
      const idempotency = idempotencyOn(opened)
      const fences: bigint[] = []
      const drop = async () => {
        await plain.config('SET', 'maxmemory-policy', 'allkeys-lru')
        await plain.config('SET', 'maxmemory', '1')
        await expect.poll(() => plain.dbsize(), { timeout: 20_000 }).toBe(0)
        await plain.config('SET', 'maxmemory', '0')
        await plain.config('SET', 'maxmemory-policy', 'noeviction')
      }
      const request = () =>
        idempotency.run(`dropped ${kind}`, 'f', async ({ fence }) => {
          fences.push(fence)
          await drop()
          return fences.length
        })
      expect([await request(), await request()]).toEqual([
        { value: 1, replayed: false },
        { value: 1, replayed: true },
      ])
      // What was dropped is a request as any other, and runs: its effect must compare the fence.
      await drop()
      expect(await request()).toEqual({ value: 2, replayed: false })
      expect((fences[1] ?? 0n) > (fences[0] ?? 0n)).toBe(true)
    })

    test('that has become a replica: nothing runs, and it goes on once it is the master again', async () => {
      const idempotency = idempotencyOn(opened)
      await plain.replicaof('127.0.0.1', 1)
      try {
        expect(await rejection(idempotency.run(`replica ${kind}`, 'f', never))).toMatchObject({
          kind: 'unavailable',
          code: 'REDIS_READ_ONLY',
        })
      } finally {
        await plain.replicaof('NO', 'ONE')
      }
      expect(await idempotency.run(`replica ${kind}`, 'f', () => 1)).toEqual({ value: 1, replayed: false })
    })

    test('that is killed and has an append-only file: nothing runs again, and who runs goes on', async () => {
      const idempotency = idempotencyOn(opened, { storeTimeout: '30s' })
      const first = await idempotency.run(`kept ${kind}`, 'f', () => 'first')
      const fences: bigint[] = []
      const running = await idempotency.run(`running ${kind}`, 'f', async ({ fence }) => {
        fences.push(fence)
        await redis.kill()
        await redis.start()
        // As another process asks: who asks inside the function itself is told that it would wait for itself.
        const other = await rejection(idempotencyOn(opened).run(`running ${kind}`, 'f', never))
        expect(other).toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' })
        return 'running'
      })
      expect([first.value, running]).toEqual(['first', { value: 'running', replayed: false }])
      for (const key of ['kept', 'running'])
        expect(await idempotency.run(`${key} ${kind}`, 'f', never)).toMatchObject({ replayed: true })
    })
  })
})

describeWithPrivateService('redis', {}, () => {
  test.each(kinds)(
    'a replica is promoted: what it had heard of is not run again, and what it had not gets a higher fence, on %s',
    { timeout: 120_000 },
    async (kind) => {
      await using pair = await testFailover()
      await using opened = await CLIENTS[kind](pair.url)
      const idempotency = idempotencyOn(opened, { storeTimeout: '60s' })
      const impatient = idempotencyOn(opened, { storeTimeout: '20s' })
      const fences: bigint[] = []
      const lost = () => idempotency.run('lost', 'f', ({ fence }) => fences.push(fence))

      const running = await idempotency.run('running', 'f', async () => {
        await idempotency.run('kept', 'f', () => 'kept')
        await pair.sync()
        await pair.promote()
        await lost()
        await pair.demote()
        expect(await rejection(impatient.run('refused', 'f', never))).toMatchObject({
          kind: 'unavailable',
          code: 'REDIS_READ_ONLY',
        })
        pair.lead()
        return 'running'
      })
      expect(running).toEqual({ value: 'running', replayed: false })
      for (const key of ['running', 'kept'])
        expect(await idempotency.run(key, 'f', never)).toEqual({ value: key, replayed: true })
      expect(await lost()).toEqual({ value: 2, replayed: false })
      expect((fences[1] ?? 0n) > (fences[0] ?? 0n)).toBe(true)
    },
  )
})

describeWithPrivateService('redis', {}, () => {
  describe('a cluster', () => {
    const cluster = clusterOfTests()

    test.each(kinds)('of which a slot moves while its request runs: one effect, on %s', async (kind) => {
      await using opened = await CLUSTER_CLIENTS[kind](cluster().urls)
      const idempotency = idempotencyOn(opened, { wait: '20s' })
      const key = `moves ${kind}`
      let runs = 0
      const request = () =>
        idempotency.run(key, 'f', async () => {
          await moveSlotOf(`idempotency:${key}`, cluster().urls)
          return ++runs
        })
      const results = await Promise.all(Array.from({ length: 10 }, request))
      expect([runs, results.filter(({ replayed }) => !replayed).length]).toEqual([1, 1])
      expect(await request()).toEqual({ value: 1, replayed: true })
    })
  })
})
