import { getEventListeners } from 'node:events'
import { InvalidOptionError, RateLimitedError } from '@base/core/errors'
import { TestClock } from '@base/core/testing'
import { REDIS_CELL_VECTORS } from '@base-internal/tools/redis-cell'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { CircuitBreaker } from '../circuit-breaker/index.js'
import { pipeline } from '../pipeline/index.js'
import {
  memoryRateLimitStore,
  RateLimiter,
  type RateLimiterOptions,
  type RateLimitResult,
  type RateLimitStore,
} from './index.js'

afterEach(() => {
  vi.unstubAllGlobals()
})

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

const one = { limit: 1, window: '1s' } as const

describe('RateLimiter', () => {
  test("keeps redis-cell's published vectors: five at once, one a second", async () => {
    const { clock, limiter } = limiterOf({ policies: [{ limit: 1, window: '1s', burst: 5 }] })
    for (const [at, cost, allowed, remaining, resetAfter, retryAfter] of REDIS_CELL_VECTORS) {
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
    ['10/1.5s', 10, 1_500, '10/1500ms'],
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
      // biome-ignore lint/suspicious/noSparseArray: a hole is what this is about.
      ['policies', [, '1/second']],
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

    test.each([
      ['policies must be a text', undefined],
      ['policies must be a text', []],
      ["policies must be a text such as '100/minute'", 'a10/minute'],
      ["policies must be a text such as '100/minute'", '10/minute/'],
      ["policies must be a text such as '100/minute'", '10000000000000/minute'],
      ["policies[1] must be a text such as '100/minute'", ['1/second', 'often']],
      ['policies.window must be', '10/toString'],
      ['policies.limit must be an integer from 1 to 2147483648', '0/minute'],
      ['policies[0].limit must be an integer from 1 to 2147483648', [{ ...one, limit: 2 ** 31 + 1 }]],
      ['policies[0].window must be', [{ ...one, window: 0 }]],
      ['policies[0].window must be more than 0', [{ ...one, window: 1.5 }]],
      ['policies[0].window must be an integer from 1', [{ ...one, window: 36_525 * 86_400_000 + 1 }]],
      ['policies[0].algorithm must be one of "gcra"', [{ ...one, algorithm: 'leaky' }]],
      ['policies[0].burst must be an integer from 1 to 2147483648', [{ ...one, burst: 0 }]],
      ['policies[0].burst must be an integer from 1 to 2147483648', [{ ...one, burst: 2 ** 31 + 1 }]],
      [
        "policies[0].burst must be left out with the algorithm 'fixed_window'",
        [{ ...one, algorithm: 'fixed_window', burst: 1 }],
      ],
      ['policies[0].name must be a text', [{ ...one, name: '' }]],
      ['policies[0].name must be a text', [{ ...one, name: null }]],
      ['policies[0].name must be 1 to 64 printable ASCII', [{ ...one, name: 'x'.repeat(65) }]],
      ['policies[0].name must be 1 to 64 printable ASCII', [{ ...one, name: 'naïve' }]],
      ['policies[1].name must be unique', [one, { ...one, name: '1/1s' }]],
    ])('says what: %s', (text, policies) => {
      expect(() => new RateLimiter({ policies } as never)).toThrow(`@base/resilience RateLimiter: ${text}`)
    })

    test.each<[string, RateLimiterOptions['policies']]>([
      ['the most', [{ limit: 2 ** 31, window: '36525d', burst: 2 ** 31 }]],
      ['the least', [{ limit: 1, window: 1, burst: 1 }]],
      ['a burst for either bucket', [{ ...one, algorithm: 'token_bucket', burst: 2 }]],
      ['a name of 64 characters, from space to tilde', [{ ...one, name: ` ${'x'.repeat(62)}~` }]],
      ['a limit of ten digits', '2000000000/day'],
    ])('takes %s', async (_, policies) => {
      expect((await limiterOf({ policies }).limiter.peek('a')).allowed).toBe(true)
    })

    test('no options at all', () => {
      expect(() => new RateLimiter(undefined as never)).toThrow('RateLimiter: options must be an object')
    })

    test.each([
      ['name', { name: '' }],
      ['clock', { clock: { now() {}, monotonic() {} } }],
      ['store', { store: { consume() {}, reset() {} } }],
      ['store', { store: { consume() {}, block() {} } }],
      ['store', { store: null }],
      ['whenStoreFails', { whenStoreFails: { consume() {}, reset() {} } }],
      ['whenStoreFails', { whenStoreFails: null }],
      ['storeTimeout', { storeTimeout: -1 }],
      ['maxWait', { maxWait: 'soon' }],
      ['maxQueue', { maxQueue: -1 }],
      ['maxQueue', { maxQueue: 1.5 }],
    ])('%s, by its name: %j', (option, options) => {
      expect(() => new RateLimiter({ policies: '1/second', ...options } as never)).toThrow(
        `RateLimiter: ${option} must be`,
      )
    })

    test('what a method is given, by the name of the method', async () => {
      const { limiter } = limiterOf()
      await expect(limiter.consume('')).rejects.toThrow('RateLimiter.consume: key must be')
      await expect(limiter.consume('a', { cost: -1 })).rejects.toThrow('RateLimiter.consume: cost must be')
      await expect(limiter.peek('')).rejects.toThrow('RateLimiter.peek: key must be')
      await expect(limiter.reset('')).rejects.toThrow('RateLimiter.reset: key must be')
      await expect(limiter.block('', '1s')).rejects.toThrow('RateLimiter.block: key must be')
      await expect(limiter.block('a', -1)).rejects.toThrow('RateLimiter.block: duration must be')
      const long = limiter.execute(up, { key: 'x'.repeat(513) })
      await expect(long).rejects.toThrow('Policy.execute: key must be no longer than 512 bytes')
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

    test.each(['😀'.repeat(128), '€'.repeat(170), 'x'.repeat(512), 'x'.repeat(171), 'x'])(
      'a key of up to 512 bytes is one: %s',
      async (key) => {
        expect((await limiterOf().limiter.consume(key)).allowed).toBe(true)
      },
    )

    test('a key of 513 bytes in 171 characters', async () => {
      await expect(limiterOf().limiter.consume('€'.repeat(171))).rejects.toThrow(
        'key must be no longer than 512 bytes, received',
      )
    })

    test('the largest cost is one, if too much', async () => {
      const { limiter } = limiterOf()
      expect(await limiter.consume('a', { cost: 2 ** 31 })).toMatchObject({
        allowed: false,
        policies: [{ remaining: 2, retryAfter: null }],
      })
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

  test('says how long a call has waited in vain', async () => {
    const { clock, limiter } = limiterOf({ name: 'api', policies: ['1/second', '100/day'], maxWait: '1s' })
    await limiter.execute(up)
    limiter.execute(up)
    const heard = vi.fn()
    limiter.on('limited', heard)
    const error = limiter.execute(up).catch((thrown) => thrown)
    await clock.advance('1s')
    expect(heard).toHaveBeenCalledWith(expect.objectContaining({ reason: 'waited_too_long' }))
    expect(await error).toMatchObject({
      message: "Rate limit 'api' gave no turn within 1s.",
      details: { name: 'api', reason: 'waited_too_long', policies: ['1/1s'] },
      retryAfter: 1_000,
    })
    expect(limiter.stats).toEqual({ allowed: 2, limited: 1, queued: 0, storeFailures: 0 })
  })

  describe('lets as many calls of a key wait as maxQueue says', () => {
    test('and refuses the next at once', async () => {
      const { clock, limiter } = limiterOf({
        name: 'api',
        policies: '1/second',
        maxWait: '5s',
        maxQueue: 1,
      })
      const heard = vi.fn()
      limiter.on('limited', heard)
      const calls = ['a', 'a', 'a', 'b', 'b'].map((key) =>
        limiter.execute(up, { key }).catch((error) => error),
      )
      expect(await calls[2]).toMatchObject({
        code: 'RATE_LIMITED',
        message: "Rate limit 'api' is exceeded, and its queue is full.",
        details: { name: 'api', reason: 'queue_full', policies: ['1/1s'] },
        retryAfter: 1_000,
      })
      expect(limiter.stats).toEqual({ allowed: 2, limited: 1, queued: 2, storeFailures: 0 })
      expect(heard).toHaveBeenCalledWith(
        expect.objectContaining({ key: 'a', reason: 'queue_full', retryAfter: 1_000 }),
      )
      await clock.advance('1s')
      expect(await Promise.all([calls[0], calls[1], calls[3], calls[4]])).toEqual(['up', 'up', 'up', 'up'])
      const next = limiter.execute(up, { key: 'a' })
      await clock.advance('1s')
      expect([await next, limiter.stats.queued, clock.pending]).toEqual(['up', 0, 0])
    })

    test('and none where it is 0', async () => {
      const { clock, limiter } = limiterOf({ policies: '1/second', maxWait: '5s', maxQueue: 0 })
      await limiter.execute(up)
      await expect(limiter.execute(up)).rejects.toMatchObject({ details: { reason: 'queue_full' } })
      await clock.advance('1s')
      expect([await limiter.execute(up), clock.pending]).toEqual(['up', 0])
    })

    test('says no less than a moment while the store is asked for who is next', async () => {
      const clock = new TestClock()
      const memory = memoryRateLimitStore({ clock })
      const store = storeOf((...args) => clock.sleep(50).then(() => memory.consume(...args)))
      const limiter = new RateLimiter({ policies: '1/second', maxWait: '1m', maxQueue: 1, store, clock })
      const calls = [limiter.execute(up), limiter.execute(up)]
      await clock.advance(50)
      const refusals: unknown[] = []
      for (let elapsed = 0; elapsed < 1_050; elapsed += 10) {
        limiter.execute(up).catch((error) => refusals.push(error))
        await clock.advance(10)
      }
      expect(refusals.length).toBeGreaterThan(95)
      for (const error of refusals) {
        expect(error).toMatchObject({ details: { reason: 'queue_full', policies: ['1/1s'] } })
        expect((error as RateLimitedError).retryAfter).toBeGreaterThan(0)
      }
      await clock.advance('5s')
      await Promise.all(calls)
    })

    test.each([
      ['where the queue is full', 'queue_full', '59m', { maxWait: '3h', maxQueue: 1 }, 60_000],
      ['where it waited in vain', 'waited_too_long', '80m', { maxWait: '80m' }, 40 * 60_000],
    ] as const)('says when it may pass from now on %s', async (_, reason, elapsed, options, retryAfter) => {
      const { clock, limiter } = limiterOf({ policies: ['1/hour', '100/second'], ...options })
      const heard = vi.fn()
      limiter.on('limited', heard)
      await limiter.execute(up)
      limiter.execute(up).catch(() => {})
      const late = reason === 'waited_too_long' ? limiter.execute(up).catch((error) => error) : undefined
      await clock.advance(elapsed)
      expect(await (late ?? limiter.execute(up).catch((error) => error))).toMatchObject({
        details: { reason, policies: ['1/1h'] },
        retryAfter,
      })
      const policies = [
        expect.objectContaining({ retryAfter, resetAfter: retryAfter }),
        expect.objectContaining({ retryAfter: 0, resetAfter: 0 }),
      ]
      expect(heard).toHaveBeenCalledWith(expect.objectContaining({ reason, retryAfter, policies }))
    })

    test('and who leaves makes room', async () => {
      const { limiter } = limiterOf({ policies: '1/second', maxWait: '5s', maxQueue: 1 })
      await limiter.execute(up)
      const controller = new AbortController()
      const left = limiter.execute(up, { signal: controller.signal }).catch((error) => error)
      controller.abort('left')
      expect(await left).toBe('left')
      limiter.execute(up)
      expect(limiter.stats.queued).toBe(1)
    })

    test.each<[string, RateLimitResult, unknown]>([
      ['refuses', refusal, 'queue_full'],
      ['allows, which is passed on to who is first', allowance, 'waits'],
    ])('also where the store later %s', async (_, answer, expected) => {
      const { limiter, asked, answer: give } = await oneWaitsOneIsAskedFor({ maxQueue: 1 })
      give(answer)
      const reason = asked.then((error) => error.details.reason)
      const turn = new Promise((resolve) => setImmediate(resolve, 'waits'))
      expect(await Promise.race([reason, turn])).toBe(expected)
      expect(limiter.stats.queued).toBe(1)
    })
  })

  test('a call that can never pass is refused at once, and does not know when', async () => {
    const policies = [{ name: 'p', limit: 1, window: 1_000, remaining: 0, resetAfter: 0, retryAfter: null }]
    const store = storeOf(() => ({ allowed: false, policies }))
    const { clock, limiter } = limiterOf({ store, maxWait: Number.POSITIVE_INFINITY })
    const heard = vi.fn()
    limiter.on('limited', heard)
    const error = await limiter.execute(up).catch((thrown) => thrown)
    expect([error.details.policies, error.retryAfter, clock.pending]).toEqual([['p'], undefined, 0])
    const reason = 'limited'
    expect(heard).toHaveBeenCalledWith({ name: 'rate-limiter', key: '*', reason, retryAfter: null, policies })
  })

  test('one that is given up on its way is not asked for', async () => {
    const clock = new TestClock()
    const { limiter } = limiterOf({ clock })
    const breaker = new CircuitBreaker({ failureThreshold: 1, recoveryTimeout: '1s', clock })
    await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => {})
    await clock.advance('1s')
    const controller = new AbortController()
    breaker.on('stateChange', () => controller.abort(new Error('not wanted')))
    const call = pipeline(breaker, limiter).execute(up, { signal: controller.signal })
    await expect(call).rejects.toThrow('not wanted')
    expect((await limiter.peek('*')).policies).toMatchObject([{ remaining: 2 }])
  })

  test('who waits comes by priority, then in order of arrival', async () => {
    const { clock, limiter } = limiterOf({ policies: '1/second', maxWait: '10s' })
    const order: string[] = []
    limiter.execute(up)
    for (const [name, priority] of [
      ['a', 0],
      ['b', 5],
      ['c', 0],
    ] as const)
      limiter.execute(() => order.push(name), { priority })
    await clock.advance('3s')
    expect(order).toEqual(['b', 'a', 'c'])
  })

  test('a wait ends by a timer with a name, at the time that the limit says', async () => {
    const { clock, limiter } = limiterOf({ policies: '1/second', maxWait: Number.POSITIVE_INFINITY })
    limiter.execute(up)
    limiter.execute(up)
    expect(clock.pendingTimers).toEqual([{ name: 'wait for a rate limit', dueIn: 1_000 }])
  })

  test('a call that could not pass within maxWait is refused at once', async () => {
    const { clock, limiter } = limiterOf({ policies: '1/minute', maxWait: '3s' })
    await limiter.execute(up)
    await expect(limiter.execute(up)).rejects.toMatchObject({ retryAfter: 60_000 })
    expect(clock.pending).toBe(0)
  })

  test('nor does one wait in vain behind another, where even that one has its turn too late for it', async () => {
    const { clock, limiter } = limiterOf({ policies: '1/minute', maxWait: '3s' })
    await limiter.execute(up)
    await clock.advance('57s')
    const first = limiter.execute(up)
    await clock.advance('1s')
    const second = limiter.execute(up).catch((error) => error)
    await clock.advance('2s')
    expect(await first).toBe('up')
    // The second came when there was hope. This one comes behind it, a minute too early.
    await expect(limiter.execute(up)).rejects.toMatchObject({
      details: { reason: 'limited' },
      retryAfter: 60_000,
    })
    await clock.advance('1s')
    expect((await second).details).toMatchObject({ reason: 'waited_too_long' })
    expect([clock.pending, limiter.stats.queued]).toEqual([0, 0])
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

  test('once all who waited have gone a newcomer goes at once', async () => {
    const { clock, limiter } = limiterOf({ policies: '1/second', maxWait: '10s' })
    await limiter.execute(up)
    const waiting = limiter.execute(up)
    await clock.advance('1s')
    await waiting
    await clock.advance('1s')
    expect(await limiter.execute(up)).toBe('up')
    expect([limiter.stats.queued, clock.pending]).toEqual([0, 0])
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
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    controller.abort(new Error('not wanted'))
    expect(await aborted).toMatchObject({ message: 'not wanted' })
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    const peeked = limiter.peek('*')
    await clock.advance(100)
    expect((await peeked).policies[0]?.remaining).toBe(0)
    expect(clock.pending).toBe(0)
  })

  test('what a call that was aborted while the store was asked is given is the next one’s', async () => {
    const { asked, askedSignal, waiting, answer } = await oneWaitsOneIsAskedFor()
    askedSignal.abort(new Error('not wanted'))
    answer(allowance)
    expect(await asked).toMatchObject({ message: 'not wanted' })
    expect(await waiting).toBe('up')
  })

  test('what a call is given is that one’s who came first', async () => {
    const { limiter, asked, askedSignal, waiting, answer } = await oneWaitsOneIsAskedFor()
    answer(allowance)
    expect(await waiting).toBe('up')
    expect([limiter.stats.allowed, limiter.stats.queued]).toEqual([1, 1])
    askedSignal.abort(new Error('not wanted'))
    expect(await asked).toMatchObject({ message: 'not wanted' })
  })

  test('what a call is given is its own where it goes before those that wait', async () => {
    const { limiter, asked, waiting, waitingSignal, answer } = await oneWaitsOneIsAskedFor({ priority: 1 })
    answer(allowance)
    expect(await asked).toBe('up')
    expect([limiter.stats.allowed, limiter.stats.queued]).toEqual([1, 1])
    waitingSignal.abort(new Error('not wanted'))
    expect(await waiting).toMatchObject({ message: 'not wanted' })
  })

  test('who is refused late stands where it came, before those who came later', async () => {
    const answers: ((result: RateLimitResult) => void)[] = []
    const clock = new TestClock()
    const store = storeOf(() => new Promise((resolve) => answers.push(resolve)))
    const limiter = new RateLimiter({ policies: '1/hour', store, storeTimeout: '10h', maxWait: '20h', clock })
    const order: string[] = []
    const call = (name: string) => limiter.execute(() => order.push(name))
    const calls = [call('first'), call('second')]
    answers[0]?.(refusal)
    await clock.advance(0)
    calls.push(call('third'))
    answers[1]?.(refusal)
    await clock.advance('1h')
    for (let next = 2; next <= 4; next++) {
      answers[next]?.(allowance)
      await clock.advance(0)
    }
    await Promise.all(calls)
    expect(order).toEqual(['first', 'second', 'third'])
  })

  test('what a call that was aborted while the store was asked is refused is nobody’s', async () => {
    const { limiter, asked, askedSignal, waiting, waitingSignal, answer } = await oneWaitsOneIsAskedFor()
    askedSignal.abort(new Error('not wanted'))
    answer(refusal)
    expect(await asked).toMatchObject({ message: 'not wanted' })
    expect([limiter.stats.allowed, limiter.stats.queued]).toEqual([0, 1])
    waitingSignal.abort(new Error('nor this'))
    expect(await waiting).toMatchObject({ message: 'nor this' })
  })

  test('a shorter block wakes who waits for the end of a longer one', async () => {
    const { clock, limiter } = limiterOf({ maxWait: Number.POSITIVE_INFINITY })
    await limiter.block('a', '1h')
    const call = limiter.execute(() => clock.monotonic(), { key: 'a' })
    await limiter.block('a', '2s')
    await clock.advance('10s')
    expect(limiter.stats.queued).toBe(0)
    expect([await call, clock.pending]).toEqual([2_000, 0])
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

  test('asks again within a month where a store says that it takes for ever', async () => {
    const clock = new TestClock()
    const policies = [{ name: 'p', limit: 1, window: 1, remaining: 0, resetAfter: 0, retryAfter: 1e300 }]
    const consume = vi.fn(() => ({ allowed: consume.mock.calls.length > 1, policies }))
    const { limiter } = limiterOf({ clock, store: storeOf(consume), maxWait: Number.POSITIVE_INFINITY })
    const call = limiter.execute(up)
    await clock.advance('30d')
    expect([await call, consume.mock.calls.length]).toEqual(['up', 2])
  })

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
      reason: 'limited',
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
      { name: 'rate-limiter', key: 'a', reason: 'store_failed', retryAfter: 1_000, policies: [] },
    ])
  })

  test('whether a limit refused, or nobody was there to count; the error is the same', async () => {
    const clock = new TestClock()
    const reasons = []
    for (const whenStoreFails of ['deny', storeOf(fail), memoryRateLimitStore({ clock })] as const) {
      const { limiter } = limiterOf({ policies: '1/second', store: storeOf(fail), whenStoreFails, clock })
      limiter.on('limited', ({ reason }) => reasons.push(reason))
      await limiter.consume('a')
      reasons.push(await limiter.execute(up, { key: 'a' }).catch(({ details }) => details.reason))
    }
    const away = ['store_failed', 'store_failed', 'limited']
    expect(reasons).toEqual([...away, ...away, 'limited', 'limited'])
  })

  test('queued', async () => {
    const { limiter } = limiterOf({ policies: '1/second', maxWait: '5s' })
    const heard = vi.fn()
    limiter.on('queued', heard)
    for (let call = 0; call < 3; call++) limiter.execute(up, { key: 'a' })
    expect(heard.mock.calls).toEqual([
      [{ name: 'rate-limiter', key: 'a', queued: 1 }],
      [{ name: 'rate-limiter', key: 'a', queued: 2 }],
    ])
  })

  test('admitted, with how long the call waited, also on a channel', async () => {
    const { subscribe, unsubscribe } = await import('node:diagnostics_channel')
    const published: unknown[] = []
    const listen = (payload: unknown) => published.push(payload)
    subscribe('base:resilience:rate-limiter:admitted', listen)
    const { limiter, clock } = limiterOf({ policies: '1/second', maxWait: '5s' })
    const heard: unknown[] = []
    limiter.on('admitted', (event) => heard.push(event))
    await limiter.execute(up, { key: 'a' })
    const waiting = limiter.execute(up, { key: 'a' })
    await clock.advance('1s')
    await waiting
    unsubscribe('base:resilience:rate-limiter:admitted', listen)
    expect(heard).toEqual([{ name: 'rate-limiter', key: 'a', waited: 1_000 }])
    expect(published).toEqual(heard)
  })

  test('nothing under a misspelled name', () => {
    expect(() => limiterOf().limiter.on('limit' as never, () => {})).toThrow('RateLimiter: event must be')
  })

  test('what it counted, and a look is no call', async () => {
    const { limiter } = limiterOf()
    await limiter.consume('a', { cost: 0 })
    await limiter.consume('a', { cost: 2 })
    await limiter.consume('a')
    await limiter.execute(up, { key: 'b' })
    expect(limiter.stats).toEqual({ allowed: 2, limited: 1, queued: 0, storeFailures: 0 })
  })
})

describe('a store that fails', () => {
  test.each<[string, RateLimitStore['consume']]>([
    ['throws', () => fail()],
    ['rejects', async () => fail()],
    ['answers nothing', () => undefined as never],
    ['answers something else', async () => 1 as never],
    ['answers null', async () => null as never],
    ['answers without policies', () => ({ allowed: true }) as never],
    ['answers neither yes nor no', () => ({ policies: [] }) as never],
    ['answers with policies that are none', () => ({ allowed: true, policies: [null] }) as never],
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

  test('hangs on: one call in a second finds out, and the others are answered at once', async () => {
    const clock = new TestClock()
    const consume = vi.fn<RateLimitStore['consume']>(never)
    const { limiter } = limiterOf({ clock, store: storeOf(consume), storeTimeout: '200ms' })
    const first = limiter.consume('a')
    await clock.advance(200)
    await first
    await clock.advance(999)
    await limiter.consume('a')
    expect(consume).toHaveBeenCalledTimes(1)
    await clock.advance(1)
    const probe = limiter.consume('a')
    await clock.advance(199)
    await limiter.consume('a')
    expect(consume).toHaveBeenCalledTimes(2)
    await clock.advance(1)
    await probe
    await clock.advance(999)
    await limiter.consume('a')
    expect(consume).toHaveBeenCalledTimes(2)
    await clock.advance(1)
    limiter.consume('a')
    expect(consume).toHaveBeenCalledTimes(3)
  })

  test.each([
    ['answers', (): RateLimitResult => ({ allowed: true, policies: [] }), 0],
    ['fails', () => fail() as never, 4],
  ])('one that hung and then %s at once is asked each time again', async (_, atOnce, failures) => {
    const clock = new TestClock()
    const consume = vi.fn<RateLimitStore['consume']>(atOnce).mockImplementationOnce(never)
    const { limiter } = limiterOf({ clock, store: storeOf(consume), storeTimeout: '200ms' })
    const first = limiter.consume('a')
    await clock.advance(200)
    await first
    await clock.advance('1s')
    for (let call = 0; call < 4; call++) await limiter.consume('a')
    expect([consume.mock.calls.length, limiter.stats.storeFailures]).toEqual([5, 1 + failures])
  })

  test('a key that is too long does not open a circuit around it', async () => {
    const breaker = new CircuitBreaker({ failureThreshold: 1 })
    const call = pipeline(breaker, limiterOf().limiter).execute(up, { key: 'x'.repeat(513) })
    await expect(call).rejects.toBeInstanceOf(InvalidOptionError)
    expect(breaker.state).toBe('closed')
  })

  test('is told with what was wrong', async () => {
    const clock = new TestClock()
    const texts: string[] = []
    for (const consume of [async () => 1 as never, never]) {
      const { limiter } = limiterOf({ clock, name: 'api', store: storeOf(consume), storeTimeout: '200ms' })
      limiter.on('storeFailed', ({ name, error }) => texts.push(`${name}: ${(error as Error).message}`))
      const answer = limiter.consume('a')
      await clock.advance(200)
      await answer
    }
    expect(texts).toEqual([
      'api: The store gave no result.',
      "api: The store of rate limiter 'api' did not answer within 200ms.",
    ])
  })

  test('gets key, cost and limit, and so does its replacement', async () => {
    const asked: unknown[] = []
    const replacement: RateLimitStore = {
      consume: (...args) => {
        asked.push(args)
        return { allowed: true, policies: [] }
      },
      reset: (...args) => void asked.push(args),
      block: (...args) => void asked.push(args),
    }
    const store: RateLimitStore = {
      consume: (...args) => {
        asked.push(args)
        return fail()
      },
      reset: (...args) => void asked.push(args),
      block: (...args) => void asked.push(args),
    }
    const { limiter } = limiterOf({ name: 'api', store, whenStoreFails: replacement })
    expect(await limiter.consume('a', { cost: 2 })).toEqual({ allowed: true, policies: [], degraded: true })
    await limiter.reset('b')
    await limiter.block('c', '1s')
    const policies = [{ name: '2/1s', algorithm: 'gcra', limit: 2, window: 1_000, burst: 2 }]
    const limit = { name: 'api', policies }
    const each = [
      ['a', 2, limit],
      ['b', limit],
      ['c', 1_000, limit],
    ]
    expect(asked).toEqual(each.flatMap((args) => [args, args]))
  })

  test.each<[string, (answer: unknown) => unknown]>([
    ['at once', (answer) => answer],
    ['later', async (answer) => answer],
  ])('answers with policies that are none %s: who waits waits on', async (_, answered) => {
    const clock = new TestClock()
    const policy = { name: 'p', limit: 1, window: 1_000, remaining: 0, resetAfter: 10, retryAfter: 10 }
    const answers = [
      { allowed: false, policies: [policy] },
      { allowed: false, policies: [undefined] },
      { allowed: true, policies: [] },
    ]
    const store = storeOf(() => answered(answers.shift()) as never)
    const limiter = new RateLimiter({ policies: '1/second', maxWait: '5s', store, clock })
    const call = limiter.execute(up)
    for (let second = 0; second < 3; second++) await clock.advance('1s')
    expect([await call, limiter.stats.storeFailures]).toEqual(['up', 1])
  })

  test('is replaced by a store that is a function', async () => {
    const { consume, reset, block } = memoryRateLimitStore()
    const memory = memoryRateLimitStore()
    const whenStoreFails = Object.assign(() => {}, {
      consume: (...args: Parameters<typeof consume>) => memory.consume(...args),
      reset: (...args: Parameters<typeof reset>) => memory.reset(...args),
      block: (...args: Parameters<typeof block>) => memory.block(...args),
    })
    const store = storeOf(() => fail())
    const limiter = new RateLimiter({ policies: '1/second', store, whenStoreFails })
    expect(await limiter.consume('a')).toMatchObject({ allowed: true, degraded: true })
  })

  test('a replacement that answers later is waited for', async () => {
    const policies: never[] = []
    const replacement = storeOf(async () => ({ allowed: true, policies }))
    const { limiter } = limiterOf({ store: storeOf(() => fail()), whenStoreFails: replacement })
    expect(await limiter.consume('a')).toEqual({ allowed: true, policies, degraded: true })
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

  test.each(['Node.js/24', 'Cloudflare-Workers'])(
    'one that takes long to fail is left alone for a second as well, one that fails soon is not: %s',
    async (userAgent) => {
      vi.stubGlobal('navigator', { userAgent })
      const clock = new TestClock()
      let takes = 250
      const consume = vi.fn(async () => {
        await clock.sleep(takes)
        throw new Error('gave up')
      })
      const limiter = new RateLimiter({ policies: '9/second', store: storeOf(consume), clock })
      const ask = async () => {
        const call = limiter.consume('a')
        await clock.advance(takes)
        return (await call).degraded
      }
      await ask()
      for (let call = 0; call < 5; call++)
        expect(await limiter.consume('a')).toEqual({ allowed: false, policies: [], degraded: true })
      expect(consume).toHaveBeenCalledTimes(1)
      takes = 249
      await clock.advance('1s')
      for (let call = 0; call < 3; call++) await ask()
      expect([consume.mock.calls.length, limiter.stats.storeFailures, clock.pending]).toEqual([4, 4, 0])
    },
  )

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
    expect(await blocked).toMatchObject({
      kind: 'unavailable',
      message: "The store of rate limiter 'rate-limiter' failed.",
      cause: { code: 'TIMEOUT' },
    })
    expect(limiter.stats.storeFailures).toBe(1)
    expect((await limiter.consume('a')).allowed).toBe(false)
    await expect(limiter.reset('a')).rejects.toMatchObject({
      kind: 'unavailable',
      cause: { message: 'down' },
    })
    expect((await limiter.consume('a')).allowed).toBe(true)
  })
})

const place = { name: '1/1h', limit: 1, window: 3_600_000, remaining: 0, resetAfter: 3_600_000 }
const refusal: RateLimitResult = { allowed: false, policies: [{ ...place, retryAfter: 3_600_000 }] }
const allowance: RateLimitResult = { allowed: true, policies: [{ ...place, retryAfter: 0 }] }

/** Two calls that came together: one was refused and waits, of the other the store answers what the test says. */
async function oneWaitsOneIsAskedFor({ priority = 0, maxQueue = Number.POSITIVE_INFINITY } = {}) {
  const answers: ((result: RateLimitResult) => void)[] = []
  const clock = new TestClock()
  const store = storeOf(() => new Promise((resolve) => answers.push(resolve)))
  const settings = { store, storeTimeout: '10h', maxWait: '20h', maxQueue, clock } as const
  const limiter = new RateLimiter({ policies: '1/hour', ...settings })
  const [waitingSignal, askedSignal] = [new AbortController(), new AbortController()]
  const waiting = limiter.execute(up, { signal: waitingSignal.signal }).catch((error) => error)
  const asked = limiter.execute(up, { signal: askedSignal.signal, priority }).catch((error) => error)
  answers[0]?.(refusal)
  await clock.advance(0)
  expect(limiter.stats.queued).toBe(1)
  const answer = (result: RateLimitResult) => answers[1]?.(result)
  return { limiter, waiting, waitingSignal, asked, askedSignal, answer }
}

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

  test('counts the keys of all limits, and each of them once', async () => {
    const clock = new TestClock()
    const store = memoryRateLimitStore({ clock })
    const [reads, writes] = ['reads', 'writes'].map(
      (name) => new RateLimiter({ name, policies: '9/second', store, clock }),
    )
    for (const key of ['a', 'b', 'a']) await reads?.consume(key)
    await writes?.consume('a')
    await writes?.block('c', '1m')
    expect(store.size).toBe(4)
    await reads?.reset('a')
    expect(store.size).toBe(3)
  })

  test('a key that was forgotten or reset begins anew, whoever had its place before', async () => {
    const clock = new TestClock()
    const store = memoryRateLimitStore({ clock })
    const algorithms = ['gcra', 'sliding_log', 'sliding_window', 'fixed_window'] as const
    const policies = algorithms.map((algorithm) => ({ limit: 5, window: '1m', algorithm }) as const)
    const limiter = new RateLimiter({ policies, store, clock })
    await limiter.consume('a', { cost: 5 })
    await limiter.block('a', '1h')
    await limiter.reset('a')
    const { allowed, policies: results } = await limiter.consume('b')
    expect([allowed, ...results.map(({ remaining }) => remaining)]).toEqual([true, 4, 4, 4, 4])
  })

  test('keys keep their counts while others come by the thousand and go', async () => {
    const clock = new TestClock()
    const store = memoryRateLimitStore({ clock })
    const algorithms = ['gcra', 'sliding_log', 'sliding_window', 'fixed_window'] as const
    const policies = algorithms.map((algorithm) => ({ limit: 100, window: '1d', algorithm }) as const)
    const limiter = new RateLimiter({ policies, store, clock })
    for (let key = 0; key < 2_000; key++) await limiter.consume(`${key}`, { cost: (key % 10) + 1 })
    for (let key = 0; key < 2_000; key++) if (key % 100 !== 99) await limiter.reset(`${key}`)
    await clock.advance('5s')
    expect(store.size).toBe(20)
    await limiter.consume('new')
    for (let key = 99; key < 2_000; key += 100) {
      const { policies: results } = await limiter.peek(`${key}`)
      expect(results.map(({ remaining }) => remaining)).toEqual([90, 90, 90, 90])
    }
    expect((await limiter.peek('new')).policies.map(({ remaining }) => remaining)).toEqual([99, 99, 99, 99])
  })

  test('a block ends when its time is over, and a later one replaces it', async () => {
    const { clock, limiter } = limiterOf()
    await limiter.block('a', '1m')
    await limiter.block('a', '2s')
    await limiter.block('b', '1m')
    await clock.advance(1_999)
    expect(await limiter.consume('a')).toMatchObject({ allowed: false, policies: [{ retryAfter: 1 }] })
    await clock.advance(1)
    expect((await limiter.consume('a')).allowed).toBe(true)
    expect((await limiter.consume('b')).allowed).toBe(false)
  })

  test.each(['fixed_window', 'sliding_window'] as const)(
    'a %s waits no longer than one window where the clock is set back',
    async (algorithm) => {
      const clock = new TestClock()
      const limiter = new RateLimiter({ policies: [{ limit: 1, window: '1m', algorithm }], clock })
      await limiter.consume('a')
      clock.setNow(clock.now() - 3_600_000)
      const { allowed, policies } = await limiter.consume('a')
      expect(allowed).toBe(false)
      expect(policies[0]?.retryAfter).toBeLessThanOrEqual(algorithm === 'fixed_window' ? 60_000 : 120_000)
    },
  )

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
