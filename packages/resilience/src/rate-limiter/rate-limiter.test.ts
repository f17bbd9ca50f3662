import { getEventListeners } from 'node:events'
import { InvalidOptionError, RateLimitedError } from '@base/core/errors'
import { TestClock } from '@base/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { memoryRateLimitStore, RateLimiter, type RateLimiterOptions, type RateLimitStore } from './index.js'

const up = async () => 'up'

function limiterOf(options: Partial<RateLimiterOptions> = {}) {
  const clock = new TestClock()
  return { clock, limiter: new RateLimiter({ policies: '2/second', clock, ...options }) }
}

/** A store that does what the test says. */
function storeOf(consume: RateLimitStore['consume']): RateLimitStore {
  return { consume, reset: () => {}, block: () => {} }
}

const never = () => new Promise<never>(() => {})

describe('RateLimiter', () => {
  test("keeps redis-cell's published vectors: five at once, one a second", async () => {
    const { clock, limiter } = limiterOf({ policies: [{ limit: 1, window: '1s', burst: 5 }] })
    const vectors = [
      [0, 6, false, 5, 0, null],
      [0, 1, true, 4, 1_000, 0],
      [0, 1, true, 3, 2_000, 0],
      [0, 1, true, 2, 3_000, 0],
      [0, 1, true, 1, 4_000, 0],
      [0, 1, true, 0, 5_000, 0],
      [0, 1, false, 0, 5_000, 1_000],
      [3_000, 1, true, 2, 3_000, 0],
      [3_100, 1, true, 1, 3_900, 0],
      [4_000, 1, true, 1, 4_000, 0],
      [8_000, 1, true, 4, 1_000, 0],
      [9_500, 1, true, 4, 1_000, 0],
      [9_500, 0, true, 4, 1_000, 0],
      [9_500, 2, true, 2, 3_000, 0],
      [9_500, 5, false, 2, 3_000, 3_000],
    ] as const
    for (const [at, cost, allowed, remaining, resetAfter, retryAfter] of vectors) {
      await clock.advance(at - clock.monotonic())
      expect(await limiter.consume('a', { cost }), `at ${at}, cost ${cost}`).toEqual({
        allowed,
        policies: [{ name: '1/1s', limit: 1, window: 1_000, remaining, resetAfter, retryAfter }],
      })
    }
  })

  test.each([
    ['100/minute', 100, 60_000, '100/1m'],
    ['5/second', 5, 1_000, '5/1s'],
    ['1000/hour', 1_000, 3_600_000, '1000/1h'],
    ['7/day', 7, 86_400_000, '7/1d'],
    ['10/30s', 10, 30_000, '10/30s'],
    ['10/250ms', 10, 250, '10/250ms'],
  ] as const)('reads %s', async (policies, limit, window, name) => {
    const { limiter } = limiterOf({ policies })
    expect((await limiter.peek('a')).policies).toMatchObject([{ name, limit, window, remaining: limit }])
  })

  test('several policies may be texts as well, and what would have one name gets another', async () => {
    const { limiter } = limiterOf({
      policies: ['10/second', { limit: 10, window: '1s', algorithm: 'sliding_log' }, '1000/day'],
    })
    const { policies } = await limiter.peek('a')
    expect(policies.map(({ name }) => name)).toEqual(['10/1s', '10/1s#2', '1000/1d'])
  })

  test('peek charges nothing, and only a block refuses it', async () => {
    const { limiter } = limiterOf()
    await limiter.consume('a', { cost: 2 })
    expect(await limiter.peek('a')).toMatchObject({
      allowed: true,
      policies: [{ remaining: 0, retryAfter: 0 }],
    })
    await limiter.block('a', '1m')
    expect(await limiter.peek('a')).toMatchObject({ allowed: false, policies: [{ retryAfter: 60_000 }] })
    await limiter.reset('a')
    expect(await limiter.peek('a')).toMatchObject({ allowed: true, policies: [{ remaining: 2 }] })
    expect(limiter.stats).toEqual({ allowed: 1, limited: 0, queued: 0, storeFailures: 0 })
  })

  test('windows are aligned to the epoch', async () => {
    const clock = new TestClock({ now: 59_000 })
    const policies = [{ limit: 1, window: '1m', algorithm: 'fixed_window' }] as const
    const limiter = new RateLimiter({ policies, clock })
    await limiter.consume('a')
    expect((await limiter.consume('a')).policies[0]?.retryAfter).toBe(1_000)
    await clock.advance('1s')
    expect((await limiter.consume('a')).allowed).toBe(true)
  })

  describe('what is wrong is refused before the store is asked', () => {
    test.each([
      ['policies', undefined],
      ['policies', []],
      ['policies', 'ten/minute'],
      ['policies', '10/fortnight'],
      ['policies', '0/minute'],
      ['policies', [undefined]],
      ['policies', [{ limit: 1.5, window: '1s' }]],
      ['policies', [{ limit: 1, window: 0 }]],
      ['policies', [{ limit: 1, window: '1s', algorithm: 'leaky' }]],
      ['policies', [{ limit: 1, window: '1s', algorithm: 'sliding_log', burst: 2 }]],
      ['policies', [{ limit: 1, window: '1s', name: 'a\r\nb' }]],
      [
        'policies',
        [
          { limit: 1, window: '1s', name: 'a' },
          { limit: 2, window: '1s', name: 'a' },
        ],
      ],
      ['maxWait', -1],
      ['storeTimeout', 0],
      ['store', {}],
      ['whenStoreFails', 'maybe'],
      ['clock', {}],
    ])('%s: %j', (option, value) => {
      const make = () => new RateLimiter({ policies: '1/second', [option]: value } as never)
      expect(make).toThrow(InvalidOptionError)
      expect(make).toThrow(`@base/resilience RateLimiter: ${option}`)
    })

    test.each([Number.NaN, -5, 0.5, '1', null, 2 ** 31 + 1, Number.POSITIVE_INFINITY])(
      'cost %s',
      async (cost) => {
        const consume = vi.fn()
        const { limiter } = limiterOf({ store: storeOf(consume) })
        await expect(limiter.consume('a', { cost: cost as number })).rejects.toThrow(InvalidOptionError)
        expect(consume).not.toHaveBeenCalled()
      },
    )

    test.each(['', undefined, 7, 'x'.repeat(513), '😀'.repeat(129)])('key %s', async (key) => {
      const consume = vi.fn()
      const { limiter } = limiterOf({ store: storeOf(consume) })
      for (const ask of [
        limiter.consume(key as string),
        limiter.peek(key as string),
        limiter.reset(key as string),
      ])
        await expect(ask).rejects.toThrow(InvalidOptionError)
      if (typeof key === 'string')
        await expect(limiter.execute(up, { key })).rejects.toThrow(InvalidOptionError)
      expect(consume).not.toHaveBeenCalled()
    })

    test('a key of 512 bytes is one', async () => {
      const { limiter } = limiterOf()
      expect((await limiter.consume('😀'.repeat(128))).allowed).toBe(true)
    })

    test('a block of no time', async () => {
      await expect(limiterOf().limiter.block('a', 0)).rejects.toThrow(InvalidOptionError)
    })
  })
})

describe('RateLimiter as a policy', () => {
  test('refuses what is too much, says when it may pass, and calls nothing', async () => {
    const { clock, limiter } = limiterOf({ name: 'api', policies: ['2/second', '100/minute'] })
    for (let call = 0; call < 2; call++) await limiter.execute(up, { key: 'a' })
    const fn = vi.fn(up)
    const error = await limiter.execute(fn, { key: 'a' }).catch((error) => error)
    expect(error).toBeInstanceOf(RateLimitedError)
    expect(error).toMatchObject({
      code: 'RATE_LIMITED',
      retryAfter: 500,
      message: "Rate limit 'api' is exceeded.",
      details: { name: 'api', reason: 'limited', policies: ['2/1s'] },
    })
    expect(fn).not.toHaveBeenCalled()
    expect(await limiter.execute(up, { key: 'b' })).toBe('up')
    await clock.advance(error.retryAfter)
    expect(await limiter.execute(up, { key: 'a' })).toBe('up')
    expect([limiter.stats.allowed, limiter.stats.limited, clock.pending]).toEqual([4, 1, 0])
  })

  test("calls without a key share one, '*'", async () => {
    const { limiter } = limiterOf()
    await limiter.execute(up)
    await limiter.wrap(up)()
    await expect(limiter.execute(up)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    await limiter.reset('*')
    expect(await limiter.execute(up)).toBe('up')
  })

  test('lets calls wait up to maxWait, in order of arrival, each at its time', async () => {
    const { clock, limiter } = limiterOf({ policies: '1/second', maxWait: '3s' })
    const started: [number, number][] = []
    const calls = [0, 1, 2, 3, 4].map((id) =>
      limiter.execute(async () => started.push([id, clock.monotonic()])).catch((error) => error),
    )
    expect(limiter.stats.queued).toBe(4)
    await clock.advance('3s')
    expect(started).toEqual([
      [0, 0],
      [1, 1_000],
      [2, 2_000],
      [3, 3_000],
    ])
    expect(await calls[4]).toMatchObject({ code: 'RATE_LIMITED', details: { reason: 'waited_too_long' } })
    expect([limiter.stats.queued, clock.pending]).toEqual([0, 0])
  })

  test.each([
    ['at once', 0],
    ['later', 3],
  ])('a turn at the very end of the wait is in time, where the store answers %s', async (_, delay) => {
    const clock = new TestClock()
    const memory = memoryRateLimitStore({ clock })
    const store = storeOf((...args) =>
      delay === 0 ? memory.consume(...args) : clock.sleep(delay).then(() => memory.consume(...args)),
    )
    const limiter = new RateLimiter({ policies: '1/second', maxWait: '1s', store, clock })
    const first = limiter.execute(up)
    await clock.advance(delay)
    await first
    const calls = [limiter.execute(up), limiter.execute(up)]
    const ends = Promise.allSettled(calls)
    await clock.advance(1_000 + 3 * delay)
    expect((await ends).map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect([limiter.stats.queued, clock.pending]).toEqual([0, 0])
  })

  test('a call that could not pass within maxWait is refused at once', async () => {
    const { clock, limiter } = limiterOf({ policies: '1/minute', maxWait: '3s' })
    await limiter.execute(up)
    await expect(limiter.execute(up)).rejects.toMatchObject({ retryAfter: 60_000 })
    expect(clock.pending).toBe(0)
  })

  test('keys wait for themselves alone', async () => {
    const { clock, limiter } = limiterOf({ policies: '1/second', maxWait: '10s' })
    const order: string[] = []
    for (const key of ['a', 'a', 'b', 'b', 'c']) limiter.execute(() => order.push(key), { key })
    await clock.advance(0)
    expect(order).toEqual(['a', 'b', 'c'])
    await clock.advance('1s')
    expect(order).toEqual(['a', 'b', 'c', 'a', 'b'])
    expect(clock.pending).toBe(0)
  })

  test('no newcomer comes before who waits', async () => {
    const { clock, limiter } = limiterOf({ policies: '1/second', maxWait: '10s' })
    const order: string[] = []
    limiter.execute(up)
    limiter.execute(() => order.push('waiting'))
    await clock.advance(999)
    limiter.execute(() => order.push('newcomer'))
    await clock.advance(1)
    expect(order).toEqual(['waiting'])
    await clock.advance('1s')
    expect(order).toEqual(['waiting', 'newcomer'])
  })

  test('a waiter that is aborted leaves at once, its turn is the next one’s, and nothing is left', async () => {
    const { clock, limiter } = limiterOf({ policies: '1/second', maxWait: '10s' })
    const controller = new AbortController()
    const order: string[] = []
    limiter.execute(up)
    const aborted = limiter.execute(() => order.push('aborted'), { signal: controller.signal })
    limiter.execute(() => order.push('next'))
    controller.abort(new Error('not wanted'))
    await expect(aborted).rejects.toThrow('not wanted')
    expect(limiter.stats.queued).toBe(1)
    await clock.advance('1s')
    expect([order, clock.pending]).toEqual([['next'], 0])
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
  })

  test('the last waiter that is aborted leaves no timer', async () => {
    const { clock, limiter } = limiterOf({ policies: '1/second', maxWait: '10s' })
    const controller = new AbortController()
    limiter.execute(up)
    limiter.execute(up, { signal: controller.signal }).catch(() => {})
    controller.abort()
    expect([limiter.stats.queued, clock.pending]).toEqual([0, 0])
  })

  test('one that is aborted between its turn and its start gives it on', async () => {
    const clock = new TestClock()
    const memory = memoryRateLimitStore({ clock })
    const controller = new AbortController()
    const store = storeOf((...args) => {
      // Runs right before whose turn it is goes on.
      if (clock.monotonic() === 1_000) queueMicrotask(() => controller.abort(new Error('not wanted')))
      return memory.consume(...args)
    })
    const limiter = new RateLimiter({ policies: '1/second', maxWait: '10s', store, clock })
    const order: string[] = []
    limiter.execute(up)
    const aborted = limiter
      .execute(() => order.push('aborted'), { signal: controller.signal })
      .catch((error) => error)
    limiter.execute(() => order.push('next'))
    await clock.advance('1s')
    expect(await aborted).toMatchObject({ message: 'not wanted' })
    expect([order, limiter.stats.queued, clock.pending]).toEqual([['next'], 0, 0])
  })

  test('a call that is aborted while the store is asked rejects at once, and has spent', async () => {
    const clock = new TestClock()
    const memory = memoryRateLimitStore({ clock })
    const store = storeOf((...args) => clock.sleep(100).then(() => memory.consume(...args)))
    const limiter = new RateLimiter({ policies: '1/hour', maxWait: '2h', store, clock })
    const controller = new AbortController()
    const { signal } = controller
    const aborted = limiter.execute(up, { signal }).catch((error) => error)
    await clock.advance(50)
    controller.abort(new Error('not wanted'))
    expect(await aborted).toMatchObject({ message: 'not wanted' })
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    const peeked = limiter.peek('*')
    await clock.advance(100)
    expect((await peeked).policies[0]?.remaining).toBe(0)
    expect(clock.pending).toBe(0)
  })

  test('a reset wakes who waits', async () => {
    const { clock, limiter } = limiterOf({ policies: '1/hour', maxWait: Number.POSITIVE_INFINITY })
    await limiter.execute(up, { key: 'a' })
    const waiting = limiter.execute(up, { key: 'a' })
    await limiter.reset('a')
    expect(await waiting).toBe('up')
    expect(clock.pending).toBe(0)
  })

  test('a reset also wakes who is being asked for, for the answer may be from before', async () => {
    const clock = new TestClock()
    const memory = memoryRateLimitStore({ clock })
    const store: RateLimitStore = {
      // Decides at once, and answers later.
      consume: (...args) => {
        const result = memory.consume(...args)
        return clock.sleep(10).then(() => result)
      },
      reset: (...args) => memory.reset(...args),
      block: (...args) => memory.block(...args),
    }
    const policies = [{ limit: 1, window: '1h', algorithm: 'sliding_log' }] as const
    const limiter = new RateLimiter({ policies, store, maxWait: '3h', clock })
    limiter.execute(up, { key: 'a' })
    await clock.advance(10)
    const waiting = limiter.execute(up, { key: 'a' })
    await clock.advance('30m')
    await limiter.block('a', Number.POSITIVE_INFINITY)
    await clock.advance('29m')
    await clock.advance(60_003)
    await limiter.reset('a')
    await clock.advance(20)
    expect(await waiting).toBe('up')
    expect(clock.pending).toBe(0)
  })

  test.each([Number.NaN, undefined, 'soon', 0.5])(
    'a store that says %s for retryAfter breaks nothing',
    async (odd) => {
      const clock = new TestClock()
      const refused = {
        allowed: false,
        policies: [
          { name: 'p', limit: 1, window: 1, remaining: 0, resetAfter: 0, retryAfter: odd as number },
        ],
      }
      for (const store of [storeOf(() => refused), storeOf(async () => refused)]) {
        const limiter = new RateLimiter({ policies: '1/second', store, maxWait: '3s', clock })
        const call = limiter.execute(up).catch((error) => error.code)
        await clock.advance('3s')
        expect([await call, limiter.stats.queued, clock.pending]).toEqual(['RATE_LIMITED', 0, 0])
      }
    },
  )

  test('waits on a store that answers later, without asking for two at a time', async () => {
    const clock = new TestClock()
    const memory = memoryRateLimitStore({ clock })
    let asking = 0
    let most = 0
    const store: RateLimitStore = {
      ...storeOf(async (key, cost, limit) => {
        most = Math.max(most, ++asking)
        await clock.sleep(5)
        asking--
        return memory.consume(key, cost, limit)
      }),
    }
    const limiter = new RateLimiter({ policies: '1/second', store, maxWait: '1m', clock })
    const order: number[] = []
    const first = limiter.execute(() => order.push(0))
    await clock.advance(5)
    await first
    for (const id of [1, 2, 3]) {
      limiter.execute(() => order.push(id))
      await clock.advance(5)
    }
    most = 0
    await clock.advance('5s')
    expect([order, most, clock.pending]).toEqual([[0, 1, 2, 3], 1, 0])
  })
})

describe('RateLimiter tells', () => {
  test('limited, of calls that are refused either way', async () => {
    const { limiter } = limiterOf({ name: 'api', policies: '1/second' })
    const heard = vi.fn()
    limiter.on('limited', heard)
    await limiter.consume('a')
    await limiter.consume('a')
    await limiter.execute(up, { key: 'a' }).catch(() => {})
    expect(heard).toHaveBeenCalledTimes(2)
    expect(heard).toHaveBeenCalledWith({
      name: 'api',
      key: 'a',
      retryAfter: 1_000,
      policies: [
        { name: '1/1s', limit: 1, window: 1_000, remaining: 0, resetAfter: 1_000, retryAfter: 1_000 },
      ],
    })
  })

  test('limited and storeFailed also on channels', async () => {
    const { subscribe, unsubscribe } = await import('node:diagnostics_channel')
    const heard: unknown[] = []
    const listen = (payload: unknown) => heard.push(payload)
    const channels = ['limited', 'storeFailed'].map((event) => `base:resilience:rate-limiter:${event}`)
    for (const channel of channels) subscribe(channel, listen)
    const error = new Error('down')
    const { limiter } = limiterOf({ store: storeOf(() => Promise.reject(error)) })
    await limiter.consume('a')
    for (const channel of channels) unsubscribe(channel, listen)
    expect(heard).toEqual([
      { name: 'rate-limiter', error },
      { name: 'rate-limiter', key: 'a', retryAfter: 1_000, policies: [] },
    ])
  })

  test('queued', async () => {
    const { limiter } = limiterOf({ policies: '1/second', maxWait: '5s' })
    const heard = vi.fn()
    limiter.on('queued', heard)
    for (let call = 0; call < 3; call++) limiter.execute(up)
    expect(heard.mock.calls.map(([{ queued }]) => queued)).toEqual([1, 2])
  })
})

describe('a store that fails', () => {
  test.each<[string, RateLimitStore['consume']]>([
    ['throws', () => fail()],
    ['rejects', async () => fail()],
    ['answers nothing', () => undefined as never],
    ['answers something else', async () => 1 as never],
  ])('%s: denied, allowed or counted elsewhere, as the options say', async (_, consume) => {
    const clock = new TestClock()
    const answers = []
    for (const whenStoreFails of ['deny', 'allow', memoryRateLimitStore({ clock })] as const) {
      const limiter = new RateLimiter({
        policies: '1/second',
        store: storeOf(consume),
        whenStoreFails,
        clock,
      })
      const failed = vi.fn()
      limiter.on('storeFailed', failed)
      answers.push([await limiter.consume('a'), await limiter.consume('a')])
      expect([failed.mock.calls.length, limiter.stats.storeFailures]).toEqual([2, 2])
    }
    const denied = { allowed: false, policies: [], degraded: true }
    const allowed = { allowed: true, policies: [], degraded: true }
    expect(answers).toMatchObject([
      [denied, denied],
      [allowed, allowed],
      [
        { allowed: true, degraded: true, policies: [{ remaining: 0 }] },
        { allowed: false, degraded: true, policies: [{ remaining: 0 }] },
      ],
    ])
  })

  test('hangs: the answer comes after storeTimeout, and then at once, until one call has found it well', async () => {
    const clock = new TestClock()
    const memory = memoryRateLimitStore({ clock })
    let hangs = true
    const consume = vi.fn<RateLimitStore['consume']>((...args) =>
      hangs ? never() : Promise.resolve(memory.consume(...args)),
    )
    const limiter = new RateLimiter({
      policies: '9/second',
      store: storeOf(consume),
      storeTimeout: '200ms',
      clock,
    })
    let answered = false
    const first = limiter.consume('a').finally(() => {
      answered = true
    })
    await clock.advance(199)
    expect(answered).toBe(false)
    await clock.advance(1)
    expect(await first).toMatchObject({ allowed: false, degraded: true })
    expect(await limiter.consume('a')).toMatchObject({ allowed: false, degraded: true })
    expect(consume).toHaveBeenCalledTimes(1)

    hangs = false
    await clock.advance('1s')
    const [probe, meanwhile] = await Promise.all([limiter.consume('a'), limiter.consume('a')])
    expect([probe.allowed, meanwhile.allowed, consume.mock.calls.length]).toEqual([true, false, 2])
    expect((await limiter.consume('a')).allowed).toBe(true)
    expect(clock.pending).toBe(0)
  })

  test('an answer that comes too late changes nothing, even where it is a rejection', async () => {
    const clock = new TestClock()
    const consume = vi.fn(async () => {
      await clock.sleep('2s')
      throw new Error('late')
    })
    const limiter = new RateLimiter({ policies: '9/second', store: storeOf(consume), clock })
    const call = limiter.consume('a')
    await clock.advance('1s')
    expect((await call).degraded).toBe(true)
    await clock.advance('1s')
    expect([limiter.stats.storeFailures, clock.pending]).toEqual([1, 0])
  })

  test('and whose replacement fails, too, allows nothing', async () => {
    const fails = storeOf(() => fail())
    const { limiter } = limiterOf({ store: fails, whenStoreFails: fails })
    expect(await limiter.consume('a')).toMatchObject({ allowed: false, degraded: true })
  })

  test('as a policy it refuses with a time to try again', async () => {
    const { limiter } = limiterOf({ store: storeOf(() => fail()) })
    await expect(limiter.execute(up)).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfter: 1_000 })
  })

  test('a reset or a block that did not reach it rejects, and still reaches its replacement', async () => {
    const clock = new TestClock()
    const store: RateLimitStore = { consume: () => fail(), reset: () => fail(), block: never }
    const limiter = new RateLimiter({
      policies: '1/second',
      store,
      whenStoreFails: memoryRateLimitStore({ clock }),
      clock,
    })
    const blocked = limiter.block('a', '1m').catch((error) => error)
    await clock.advance('1s')
    expect(await blocked).toMatchObject({ kind: 'unavailable', cause: { code: 'TIMEOUT' } })
    expect((await limiter.consume('a')).allowed).toBe(false)
    await expect(limiter.reset('a')).rejects.toMatchObject({
      kind: 'unavailable',
      cause: { message: 'down' },
    })
    expect((await limiter.consume('a')).allowed).toBe(true)
  })
})

function fail(): never {
  throw new Error('down')
}

describe('memoryRateLimitStore', () => {
  test('forgets idle keys by an unref’d timer, and ends it when all are gone', async () => {
    const clock = new TestClock()
    const store = memoryRateLimitStore({ clock })
    const limiter = new RateLimiter({ policies: '10/minute', store, clock })
    for (let key = 0; key < 5_000; key++) await limiter.consume(`${key}`)
    expect([store.size, clock.pending]).toEqual([5_000, 0])
    await clock.advance('10s')
    expect(store.size).toBe(0)
  })

  test('many new keys sweep the idle ones by themselves', async () => {
    const clock = new TestClock()
    const schedule = vi.spyOn(clock, 'schedule').mockReturnValue({ cancel() {}, ref() {}, unref() {} })
    const store = memoryRateLimitStore({ clock })
    const limiter = new RateLimiter({ policies: '1/second', store, clock })
    for (let key = 0; key < 1_000; key++) await limiter.consume(`${key}`)
    await clock.advance('1s')
    for (let key = 0; key < 1_000; key++) await limiter.consume(`later ${key}`)
    expect(store.size).toBeLessThanOrEqual(1_010)
    expect(schedule).toHaveBeenCalledTimes(1)
  })

  test('a key that was only looked at, or never allowed, takes no memory', async () => {
    const { limiter, clock } = limiterOf()
    const store = memoryRateLimitStore({ clock })
    const own = new RateLimiter({ policies: '2/second', store, clock })
    await own.peek('a')
    await own.consume('b', { cost: 3 })
    await limiter.reset('c')
    expect(store.size).toBe(0)
  })

  test('holds no more than maxKeys, and forgets who has spent little before who has spent much', async () => {
    const clock = new TestClock()
    const store = memoryRateLimitStore({ clock, maxKeys: 100 })
    const limiter = new RateLimiter({ policies: '50/hour', store, clock })
    await limiter.consume('much', { cost: 50 })
    await limiter.block('blocked', Number.POSITIVE_INFINITY)
    for (let key = 0; key < 10_000; key++) await limiter.consume(`${key}`)
    expect(store.size).toBe(100)
    expect((await limiter.consume('much')).allowed).toBe(false)
    expect((await limiter.consume('blocked')).allowed).toBe(false)
  })

  test('limiters that share it share their counts if they have one name and the same policies', async () => {
    const clock = new TestClock()
    const store = memoryRateLimitStore({ clock })
    const of = (name: string) => new RateLimiter({ name, policies: '1/second', store, clock })
    const [first, second, other] = [of('api'), of('api'), of('login')]
    await first.consume('a')
    expect([(await second.consume('a')).allowed, (await other.consume('a')).allowed]).toEqual([false, true])
  })

  test.each([
    ['maxKeys', { maxKeys: 0 }],
    ['clock', { clock: {} }],
  ])('refuses a wrong %s', (option, options) => {
    expect(() => memoryRateLimitStore(options as never)).toThrow(`memoryRateLimitStore: ${option} must be`)
  })
})
