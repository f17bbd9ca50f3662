import { join } from 'node:path'
import { createIdempotency, type Idempotency, type IdempotencyOptions } from '@base/application/idempotency'
import { describeWithPrivateService, describeWithService } from '@base-internal/tools/services'
import { testProcesses } from '@base-internal/tools/test-process'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { CLIENTS, type TestClient } from '../test-clients.js'
import { redisIdempotencyStore } from './index.js'
import { letPass } from './test-time.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]
const never = (): never => expect.unreachable()
const wrong = (value: unknown): never => value as never

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  )
}

function idempotencyOn({ client }: TestClient, options: Partial<IdempotencyOptions> = {}): Idempotency {
  return createIdempotency({ store: redisIdempotencyStore(client, { timeout: '10s' }), ...options })
}

describeWithService('redis', (redis) => {
  describe.each(kinds)('redisIdempotencyStore on %s', (kind) => {
    let opened: TestClient
    beforeAll(async () => {
      opened = await CLIENTS[kind](redis.url)
    })
    afterAll(() => opened[Symbol.asyncDispose]())

    test('of fifty at once one runs, and all get its value', async () => {
      let runs = 0
      const processes = Array.from({ length: 5 }, () => idempotencyOn(opened, { wait: '30s' }))
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          processes[index % 5]?.run(`crowd ${kind}`, 'f', async () => ({ id: ++runs, at: new Date(0) })),
        ),
      )
      expect(runs).toBe(1)
      for (const result of results) expect(result?.value).toEqual({ id: 1, at: new Date(0) })
      expect(results.filter((result) => result?.replayed === false)).toHaveLength(1)
    })

    test('a key may be any text', async () => {
      const idempotency = idempotencyOn(opened)
      for (const name of ['a b\r\nc', '{a}', 'a\0b', '\ud800', 'ü'.repeat(512), 'x'.repeat(100_000)]) {
        const key = `${kind} ${name}`
        await idempotency.run(key, key, () => key)
        expect(await idempotency.run(key, key, never)).toEqual({ value: key, replayed: true })
      }
    })

    test('what was stopped for longer than its lease is taken over, with a higher fence, and cannot overwrite', async () => {
      const prefix = `slow ${kind} `
      const store = redisIdempotencyStore(opened.client, { prefix, timeout: '10s' })
      const [slow, quick] = [createIdempotency({ store }), createIdempotency({ store })]
      const fences: bigint[] = []
      const running = slow.run('k', 'f', async ({ fence }) => {
        fences.push(fence)
        await letPass(opened.client, prefix, 60_000)
        await quick.run('k', 'f', (context) => {
          fences.push(context.fence)
          return context.takeover
        })
      })
      expect(await rejection(running)).toMatchObject({ code: 'LEASE_LOST' })
      expect(fences).toEqual([...fences].sort((a, b) => (a < b ? -1 : 1)))
      expect(await slow.run('k', 'f', never)).toEqual({ value: true, replayed: true })
    })
  })

  test('a run takes two round trips, and everything else one', async () => {
    await using opened = await CLIENTS['ioredis 6'](redis.url)
    const idempotency = idempotencyOn(opened)
    await idempotency.run('warm', 'f', () => 1)
    await rejection(idempotency.run('warm error', 'f', () => Promise.reject(new Error('no'))))
    const calls = vi.spyOn(opened.client as Redis, 'callBuffer')
    const needed = async (request: Promise<unknown>) => {
      calls.mockClear()
      await request.catch(() => {})
      return calls.mock.calls.length
    }
    expect(await needed(idempotency.run('counted', 'f', () => Promise.reject(new Error('no'))))).toBe(2)
    expect(await needed(idempotency.run('counted', 'f', () => 1))).toBe(2)
    expect(await needed(idempotency.run('counted', 'f', never))).toBe(1)
    expect(await needed(idempotency.run('counted', 'g', never))).toBe(1)
  })

  test("a prefix of the client's own stands before ours", async () => {
    const client = new Redis(redis.url, { keyPrefix: 'mine:' })
    const plain = new Redis(redis.url)
    await createIdempotency({ store: redisIdempotencyStore(client, { prefix: 'p:' }) }).run('k', 'f', () => 1)
    expect(await plain.hget('mine:p:k', 'state')).toBe('done')
    expect(Number(await plain.pttl('mine:p:k'))).toBeGreaterThan(23 * 3_600_000)
    client.disconnect()
    plain.disconnect()
  })

  test('fences grow although a release makes the key absent, and although the record is lost', async () => {
    await using opened = await CLIENTS['ioredis 6'](redis.url)
    const idempotency = idempotencyOn(opened)
    const plain = new Redis(redis.url)
    const fences: bigint[] = []
    const failing = () =>
      rejection(
        idempotency.run('fences', 'f', ({ fence }) => {
          fences.push(fence)
          throw new Error('no')
        }),
      )
    for (let round = 0; round < 20; round++) {
      await failing()
      if (round % 2 === 0) await plain.del('idempotency:fences')
    }
    expect(fences).toEqual([...new Set(fences)].sort((a, b) => (a < b ? -1 : 1)))
    plain.disconnect()
  })

  describe('processes', () => {
    const processOf = testProcesses(join(import.meta.dirname, 'test-process.ts'))
    const start = (key: string, what: string) => processOf(redis.url, key, what)

    test('two, with 25 equal requests each, have one effect', async () => {
      const pair = [start('two', 'crowd'), start('two', 'crowd')]
      const outputs = await Promise.all(pair.map((child) => child.hear()))
      const results = outputs.flatMap((line) => JSON.parse(line) as [string, boolean][])
      expect([results.length, new Set(results.map(([value]) => value)).size]).toEqual([50, 1])
      const plain = new Redis(redis.url)
      expect(await plain.get('effects of two')).toBe('1')
      plain.disconnect()
    })

    test('one that is killed in the middle holds its key until its lease is over, and is taken over once', async () => {
      await using opened = await CLIENTS['ioredis 6'](redis.url)
      const child = start('killed', 'hang')
      expect(await child.hear()).toBe('running')
      await child.kill()
      expect(await rejection(idempotencyOn(opened).run('killed', 'f', never))).toMatchObject({
        code: 'IDEMPOTENCY_IN_PROGRESS',
      })

      await letPass(opened.client, 'idempotency:killed', 3_600_000)
      const takeovers: boolean[] = []
      const requests = Array.from({ length: 50 }, () =>
        idempotencyOn(opened, { wait: '1m' }).run('killed', 'f', async ({ takeover }) =>
          takeovers.push(takeover),
        ),
      )
      const values = (await Promise.all(requests)).map(({ value }) => value)
      expect([takeovers, new Set(values)]).toEqual([[true], new Set([1])])
    })
  })

  test.each([
    ['a client', () => redisIdempotencyStore(wrong({})), 'client must be'],
    [
      'a prefix',
      () => redisIdempotencyStore(new Redis({ lazyConnect: true }), { prefix: '' }),
      'prefix must be a text',
    ],
    [
      'a timeout',
      () => redisIdempotencyStore(new Redis({ lazyConnect: true }), { timeout: 0 }),
      'timeout must be more',
    ],
  ])('refuses %s that is none', (_, make, message) => {
    expect(make).toThrow(`@base/redis redisIdempotencyStore: ${message}`)
  })
})

describeWithPrivateService('redis', { settings: { appendonly: 'no' } }, (redis) => {
  describe.each(kinds)('%s and a server in trouble', (kind) => {
    test('that forgets its scripts: they are sent again', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const idempotency = idempotencyOn(opened)
      const plain = new Redis(redis.url)
      const result = await idempotency.run(`scripts ${kind}`, 'f', () => plain.script('FLUSH'))
      expect(result.stored).toBeUndefined()
      expect(await idempotency.run(`scripts ${kind}`, 'f', never)).toMatchObject({ replayed: true })
      plain.disconnect()
    })

    test('that is frozen: nothing runs, in bounded time', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const store = redisIdempotencyStore(opened.client, { timeout: '200ms' })
      const idempotency = createIdempotency({ store })
      await idempotencyOn(opened).run(`before ${kind}`, 'f', () => 1)
      await redis.pause()
      try {
        expect(await rejection(idempotency.run(`frozen ${kind}`, 'f', never))).toMatchObject({
          kind: 'unavailable',
          details: { outcome: 'unknown' },
        })
      } finally {
        await redis.resume()
      }
      // The claim, which arrived after all, is given back.
      await expect
        .poll(() =>
          idempotencyOn(opened)
            .run(`frozen ${kind}`, 'f', () => 1)
            .catch(() => undefined),
        )
        .toEqual({ value: 1, replayed: false })
    })

    test('that is killed while the function runs, and comes back without its data: the outcome is kept', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const idempotency = idempotencyOn(opened, { storeTimeout: '30s' })
      let runs = 0
      const result = await idempotency.run(`killed ${kind}`, 'f', async () => {
        runs++
        await redis.kill()
        await redis.start()
        return 'placed'
      })
      expect(result).toEqual({ value: 'placed', replayed: false })
      expect(await idempotency.run(`killed ${kind}`, 'f', never)).toEqual({ value: 'placed', replayed: true })
      expect(runs).toBe(1)
    })

    test('that is gone: nothing runs, and what ran has its value, in bounded time', async () => {
      await using opened = await CLIENTS[kind](redis.url)
      const store = redisIdempotencyStore(opened.client, { timeout: '10s' })
      const idempotency = createIdempotency({ store, storeTimeout: '500ms' })
      try {
        const result = await idempotency.run(`gone ${kind}`, 'f', async () => {
          await redis.kill()
          return 'placed'
        })
        expect(result).toEqual({ value: 'placed', replayed: false, stored: false })
        expect(await rejection(idempotency.run(`gone too ${kind}`, 'f', never))).toMatchObject({
          kind: 'unavailable',
        })
      } finally {
        await redis.start()
      }
      await expect
        .poll(() => idempotency.run(`after ${kind}`, 'f', () => 1).catch(() => undefined), {
          timeout: 20_000,
        })
        .toMatchObject({ value: 1 })
    })
  })
})
