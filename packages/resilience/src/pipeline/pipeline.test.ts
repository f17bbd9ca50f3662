import { getEventListeners } from 'node:events'
import { TestClock } from '@base/core/testing'
import fc from 'fast-check'
import { afterEach, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { Bulkhead } from '../bulkhead/index.js'
import { CircuitBreaker } from '../circuit-breaker/index.js'
import { Fallback } from '../fallback/index.js'
import { Hedge } from '../hedge/index.js'
import type { Policy } from '../policy/index.js'
import { RateLimiter } from '../rate-limiter/index.js'
import { constant, Retry, retryBudget } from '../retry/index.js'
import { Timeout } from '../timeout/index.js'
import { pipeline } from './index.js'

/** Someone else's policy, which tells when it is entered and left. */
function telling(name: string, told: string[]): Policy {
  const execute: Policy['execute'] = async (fn, { signal = new AbortController().signal } = {}) => {
    told.push(`into ${name}`)
    const value = await fn({ signal, attempt: 1, waitUntil: () => {} })
    told.push(`out of ${name}`)
    return value
  }
  return {
    execute,
    wrap:
      (fn) =>
      (...args) =>
        execute(() => fn.apply(undefined as never, args)),
  }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('pipeline', () => {
  test("a timeout around someone else's policy speaks against the dependency, a caller's abort does not", async () => {
    const clock = new TestClock()
    const breaker = new CircuitBreaker({ failureThreshold: 1, clock })
    const policy = pipeline(new Timeout({ timeout: '1s', clock }), telling('a', []), breaker)
    const hang = ({ signal }: { signal: AbortSignal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

    const caller = new AbortController()
    const left = expect(policy.execute(hang, { signal: caller.signal })).rejects.toBe('left')
    caller.abort('left')
    await left
    expect([breaker.state, breaker.stats.ignored]).toEqual(['closed', 1])

    const late = expect(policy.execute(hang)).rejects.toMatchObject({ code: 'TIMEOUT' })
    await clock.advance('1s')
    await late
    expect(breaker.state).toBe('open')
  })

  test('a call pays once into a budget that several of its policies share', async () => {
    const clock = new TestClock()
    const budget = retryBudget({ ratio: 0.5, minPerSecond: 0, clock })
    const retry = new Retry({ budget, maxAttempts: 2, backoff: constant(0), clock })
    const hedge = new Hedge({ budget, delay: Number.POSITIVE_INFINITY, clock })
    const timeout = new Timeout({ clock })
    for (const policy of [
      pipeline(retry, hedge),
      pipeline(hedge, retry),
      pipeline(retry, telling('a', []), hedge),
      pipeline(retry, timeout, hedge),
      pipeline(retry, timeout, retry),
    ]) {
      const attempts: number[] = []
      for (let call = 0; call < 10; call++) {
        await policy
          .execute(({ attempt }) => {
            attempts.push(attempt)
            throw new Error('down')
          })
          .catch(() => {})
      }
      // Ten calls, and a retry for every second of them.
      expect(attempts).toHaveLength(15)
    }
  })

  test('a call pays once into each budget inside of a hedge, however many attempts race', async () => {
    const clock = new TestClock()
    const budgets = [0, 1].map(() => retryBudget({ ratio: 1, minPerSecond: 0, clock }))
    const retries = budgets.map((budget) => new Retry({ budget, maxAttempts: 1, clock }))
    const policy = pipeline(new Hedge({ delay: 0, maxHedges: 3, clock }), ...retries)
    for (let call = 0; call < 10; call++) await policy.execute(() => Promise.resolve(1))
    expect(budgets.map(({ available }) => available)).toEqual([10, 10])
  })

  test('calls through its policies, the outermost first', async () => {
    const told: string[] = []
    const policy = pipeline(telling('a', told), telling('b', told))
    expect(await policy.execute(() => 42)).toBe(42)
    expect(told).toEqual(['into a', 'into b', 'out of b', 'out of a'])
  })

  test("holds its slots until the function has settled, also where another's policy gave up on it", async () => {
    const hasty: Policy = {
      execute: (fn) => {
        fn({ signal: new AbortController().signal, attempt: 1, waitUntil: () => {} })
        return Promise.reject(new Error('too slow'))
      },
      wrap: () => () => Promise.reject(new Error('not used')),
    }
    const bulkhead = new Bulkhead()
    let settle: (value: string) => void = () => {}
    const call = pipeline(bulkhead, hasty).execute(
      () =>
        new Promise((resolve) => {
          settle = resolve
        }),
    )
    await expect(call).rejects.toThrow('too slow')
    expect(bulkhead.running).toBe(1)
    settle('at last')
    await new Promise(setImmediate)
    expect(bulkhead.running).toBe(0)
  })

  describe("a bulkhead in a wrapper of somebody else's", () => {
    function wrapped(bulkhead: Bulkhead): Policy {
      return {
        execute: (fn, options) => bulkhead.execute(fn, options),
        wrap: (fn) => bulkhead.wrap(fn),
      }
    }

    test('keeps its slot until a function has settled that a timeout inside gave up on', async () => {
      const clock = new TestClock()
      const bulkhead = new Bulkhead({ maxConcurrent: 1, clock })
      const policy = pipeline(wrapped(bulkhead), new Timeout({ timeout: '1s', clock }))
      let settle = () => {}
      const call = policy.execute(() => new Promise<void>((resolve) => (settle = resolve)))
      const code = call.catch((error) => error.code)
      await clock.advance('1s')
      expect([await code, bulkhead.running]).toEqual(['TIMEOUT', 1])
      settle()
      await new Promise(setImmediate)
      expect(bulkhead.running).toBe(0)
    })

    test('keeps its slot until all that was given to waitUntil has settled, and so do those around it', async () => {
      const outer = new Bulkhead()
      const bulkhead = new Bulkhead()
      const ends: (() => void)[] = []
      await pipeline(outer, wrapped(bulkhead)).execute(({ waitUntil }) => {
        for (let index = 0; index < 2; index++) waitUntil(new Promise<void>((resolve) => ends.push(resolve)))
      })
      const running: number[][] = []
      for (const end of [() => {}, ...ends]) {
        end()
        await new Promise(setImmediate)
        running.push([outer.running, bulkhead.running])
      }
      expect(running).toEqual([
        [1, 1],
        [1, 1],
        [0, 0],
      ])
    })
  })

  test("a waitUntil of another's policy that throws is reported, and changes no call", async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const clock = new TestClock()
    const waitUntil = () => {
      throw new Error('after the response')
    }
    const foreign: Policy = {
      execute: async (fn) => fn({ signal: new AbortController().signal, attempt: 1, waitUntil }),
      wrap: () => () => Promise.reject(new Error('not used')),
    }
    const bulkhead = new Bulkhead({ clock })
    const policy = pipeline(bulkhead, foreign, new Timeout({ timeout: '1s', clock }))
    let settle = () => {}
    const code = policy
      .execute(() => new Promise<void>((resolve) => (settle = resolve)))
      .catch((error) => error.code)
    await clock.advance('1s')
    expect([await code, bulkhead.running]).toEqual(['TIMEOUT', 1])
    expect(warn).toHaveBeenCalledWith(
      '@base/resilience pipeline: waitUntil of a foreign policy threw: Error: after the response',
      expect.objectContaining({ code: 'CALLBACK_THREW' }),
    )
    settle()
    await new Promise(setImmediate)
    expect(bulkhead.running).toBe(0)
  })

  test("shows which attempt it is through another's policy, which counts none", async () => {
    const attempts: number[] = []
    const policy = pipeline(new Retry({ maxAttempts: 3, backoff: constant(0) }), telling('a', []))
    const failing = policy.execute(({ attempt }) => {
      attempts.push(attempt)
      throw new Error('again')
    })
    await expect(failing).rejects.toThrow('again')
    expect(attempts).toEqual([1, 2, 3])
  })

  test('calls the execute that a subclass, or an instance, has put in place of that of its class', async () => {
    const told: string[] = []
    class TellingRetry extends Retry {
      override async execute<T>(...[fn, options]: Parameters<Retry['execute']>): Promise<T> {
        told.push(`retry of ${options?.key}`)
        return super.execute(fn, options) as Promise<T>
      }
    }
    const timeout = new Timeout()
    const { execute } = timeout
    timeout.execute = (fn, options) => {
      told.push('timeout')
      return execute.call(timeout, fn, options) as never
    }
    const policy = pipeline(new TellingRetry(), timeout, new (class extends Bulkhead {})())

    expect(await policy.execute(({ attempt }) => attempt, { key: 'tenant-1' })).toBe(1)
    expect(told).toEqual(['retry of tenant-1', 'timeout'])

    // So does what the policies themselves wrap.
    const wrapped = [new TellingRetry(), timeout].map((each) => each.wrap((value: number) => value))
    expect(await Promise.all(wrapped.map((call, index) => call(index)))).toEqual([0, 1])
    expect(told.slice(2)).toEqual(['retry of undefined', 'timeout'])
  })

  test('of no policies calls the function', async () => {
    expect(await pipeline().execute(() => 42)).toBe(42)
  })

  test('knows what its policies may answer', () => {
    const policy = pipeline(new Fallback({ fallback: () => 'none' }), new Retry(), new CircuitBreaker())
    expectTypeOf(policy.execute(async () => 1)).resolves.toEqualTypeOf<number | string>()
    expectTypeOf(pipeline(new Retry()).execute(async () => 1)).resolves.toEqualTypeOf<number>()
    expectTypeOf(pipeline(policy, new Retry()).execute(async () => 1)).resolves.toEqualTypeOf<
      number | string
    >()
  })

  test('each attempt is judged by the breaker, and takes a slot for itself', async () => {
    const breaker = new CircuitBreaker({ failureThreshold: 10 })
    const bulkhead = new Bulkhead({ maxConcurrent: 1, maxQueue: 0 })
    const policy = pipeline(new Retry({ maxAttempts: 3, backoff: constant(0) }), breaker, bulkhead)
    await expect(policy.execute(() => Promise.reject(new Error('down')))).rejects.toThrow('down')
    expect([breaker.stats.failures, bulkhead.stats.calls, bulkhead.running]).toEqual([3, 3, 0])
  })

  test('a timeout around everything ends a pause', async () => {
    const clock = new TestClock()
    const fn = vi.fn(() => Promise.reject(new Error('down')))
    const policy = pipeline(
      new Timeout({ timeout: '2s', clock }),
      new Retry({ clock, backoff: constant('5s') }),
    )
    const code = policy.execute(fn).catch((error) => error.code)
    await clock.advance('2s')
    expect([await code, clock.pending, fn.mock.calls.length]).toEqual(['TIMEOUT', 0, 1])
  })

  test('a timeout around a bulkhead frees the place of a waiter, which never runs', async () => {
    const clock = new TestClock()
    const bulkhead = new Bulkhead({ maxConcurrent: 1, clock })
    bulkhead.execute(() => new Promise(() => {}))
    const fn = vi.fn()
    const policy = pipeline(new Timeout({ timeout: '1s', clock }), bulkhead)
    const code = policy.execute(fn).catch((error) => error.code)
    await clock.advance('1s')
    expect([await code, bulkhead.queued, fn.mock.calls.length, clock.pending]).toEqual(['TIMEOUT', 0, 0, 0])
  })

  test('an attempt that timed out counts as a failure of the breaker, and is retried', async () => {
    const clock = new TestClock()
    const breaker = new CircuitBreaker({ clock })
    const policy = pipeline(
      new Retry({ clock, backoff: constant('1s') }),
      breaker,
      new Timeout({ timeout: '1s', clock }),
    )
    let attempts = 0
    const call = policy.execute(() => (++attempts === 1 ? new Promise<string>(() => {}) : 'up'))
    await clock.runAll()
    expect([await call, breaker.stats.failures]).toEqual(['up', 1])
  })

  test('how pipelines are nested makes no difference', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 4 }),
        async (threshold, failures) => {
          const runs = []
          for (const nest of [
            (a: Policy, b: Policy, c: Policy) => pipeline(a, b, c),
            (a: Policy, b: Policy, c: Policy) => pipeline(pipeline(a, b), c),
            (a: Policy, b: Policy, c: Policy) => pipeline(a, pipeline(b, c)),
          ]) {
            const breaker = new CircuitBreaker({ failureThreshold: threshold })
            const bulkhead = new Bulkhead()
            const policy = nest(new Retry({ backoff: constant(0) }), breaker, bulkhead)
            let calls = 0
            const result = await policy
              .execute(() => (++calls <= failures ? Promise.reject(new Error('down')) : 'up'))
              .catch((error) => error.message)
            runs.push([result, calls, breaker.state, breaker.stats, bulkhead.stats])
          }
          expect(runs[1]).toEqual(runs[0])
          expect(runs[2]).toEqual(runs[0])
        },
      ),
    )
  })

  test('one call through everything leaves no timer and no listener', async () => {
    const clock = new TestClock()
    const { signal } = new AbortController()
    const policy = pipeline(
      new Fallback({ fallback: () => 'none' }),
      new Timeout({ clock }),
      new Retry({ clock, backoff: constant('1s') }),
      new CircuitBreaker({ clock }),
      new Bulkhead({ clock }),
      new Timeout({ timeout: '1s', clock }),
    )
    const calls = [
      policy.execute(async () => 'up', { signal }),
      policy.execute(() => Promise.reject(new Error('down')), { signal }),
      policy.execute((ctx) => new Promise((_, reject) => ctx.signal.addEventListener('abort', reject)), {
        signal,
      }),
    ]
    await clock.runAll()
    expect(await Promise.all(calls)).toEqual(['up', 'none', 'none'])
    expect([clock.pending, getEventListeners(signal, 'abort').length]).toEqual([0, 0])
  })

  describe('an order that defeats itself', () => {
    const breaker = new CircuitBreaker()
    const limiter = new RateLimiter({ policies: '100/minute' })
    const bulkhead = new Bulkhead()
    test.each([
      ['breaker_outside_retry', [breaker, new Retry()]],
      ['fallback_inside', [new Retry(), new Fallback({ fallback: () => 1 })]],
      ['same_policy_twice', [breaker, new Timeout(), breaker]],
      ['same_policy_twice', [limiter, new Timeout(), limiter]],
      ['same_policy_twice', [bulkhead, new Timeout(), bulkhead]],
    ] as const)('is told as event: %s', async (code, policies) => {
      const policy = pipeline(...policies)
      const heard = vi.fn()
      policy.on('warning', heard)
      await Promise.resolve()
      expect(heard).toHaveBeenCalledWith(expect.objectContaining({ code }))
      expect(policy.warnings.map((warning) => warning.code)).toEqual([code])
    })

    test('is told as a process warning where nobody listens', async () => {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
      pipeline(breaker, new Retry())
      await Promise.resolve()
      expect(warn).toHaveBeenCalledWith(
        expect.stringContaining('outside of a Retry'),
        expect.objectContaining({ code: 'BREAKER_OUTSIDE_RETRY' }),
      )
    })

    test('is told of policies of another copy of this package, too', async () => {
      vi.resetModules()
      const other = {
        ...(await import('../circuit-breaker/index.js')),
        ...(await import('../retry/index.js')),
        ...(await import('./index.js')),
      }
      expect(other.CircuitBreaker).not.toBe(CircuitBreaker)
      vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
      const twice = new other.CircuitBreaker()
      const orders = [
        [new other.CircuitBreaker(), new Retry()],
        [breaker, other.pipeline(new other.Retry(), new Timeout())],
        [pipeline(new other.CircuitBreaker()), new Retry()],
        [twice, new Timeout(), twice],
      ]
      expect(orders.map((order) => pipeline(...order).warnings.map(({ code }) => code))).toEqual([
        ['breaker_outside_retry'],
        ['breaker_outside_retry'],
        ['breaker_outside_retry'],
        ['same_policy_twice'],
      ])
    })

    test('the order to begin with has none', () => {
      const fallback = new Fallback({ fallback: () => 1 })
      const all = [fallback, new Timeout(), new Retry(), breaker, limiter, new Bulkhead(), new Timeout()]
      expect(pipeline(...all).warnings).toEqual([])
    })
  })

  test('refuses what is no policy', () => {
    expect(() => pipeline(new Retry(), {} as never)).toThrow('pipeline: policies[1] must be a policy')
  })
})
