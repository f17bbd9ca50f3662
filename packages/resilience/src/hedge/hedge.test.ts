import { getEventListeners } from 'node:events'
import { createContextKey, runInContext } from '@base/core/context'
import { type AppError, isAppError, RateLimitedError } from '@base/core/errors'
import { TestClock } from '@base/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { Bulkhead, BulkheadFullError } from '../bulkhead/index.js'
import { CircuitBreaker, CircuitOpenError } from '../circuit-breaker/index.js'
import { pipeline } from '../pipeline/index.js'
import { constant, Retry, retryBudget } from '../retry/index.js'
import { Timeout } from '../timeout/index.js'
import { Hedge, type HedgeOptions, percentile } from './index.js'

/** How one call of the function goes: after a time a value, or an error. */
interface Course {
  readonly after: number
  readonly value?: unknown
  readonly error?: unknown
}

/** A function whose first call takes the first course, and so on; it heeds its signal, unless told not to. */
function dependency(clock: TestClock, courses: readonly Course[], heedsSignal = true) {
  const started: number[] = []
  const aborted: unknown[] = []
  const fn = ({ signal }: { signal: AbortSignal }) => {
    const { after, ...outcome } = courses[started.length] ?? { after: 1, value: 'unplanned' }
    started.push(clock.monotonic())
    return new Promise<unknown>((resolve, reject) => {
      const settle = () => ('error' in outcome ? reject(outcome.error) : resolve(outcome.value))
      const timer = clock.schedule(after, settle)
      signal.addEventListener('abort', () => {
        aborted.push(signal.reason)
        if (!heedsSignal) return
        timer.cancel()
        reject(new Error('ended by its signal'))
      })
    })
  }
  return { fn, started, aborted }
}

const down = new Error('down')

describe('Hedge', () => {
  test('makes one call where that is answered within the delay', async () => {
    const clock = new TestClock()
    const hedge = new Hedge({ delay: 100, clock })
    const { fn, started, aborted } = dependency(clock, [{ after: 99, value: 'first' }])
    const call = hedge.execute(fn)
    await clock.advance('1s')
    expect(await call).toBe('first')
    expect([started, aborted, clock.pending]).toEqual([[0], [], 0])
    expect(hedge.stats).toEqual({ calls: 1, hedges: 0, wins: 0 })
  })

  test('makes another after the delay, takes the first answer, and aborts the loser', async () => {
    const clock = new TestClock()
    const hedge = new Hedge({ delay: 100, clock, name: 'search' })
    const { fn, started, aborted } = dependency(clock, [
      { after: 1_000, value: 'first' },
      { after: 50, value: 'second' },
    ])
    const call = hedge.execute(fn)
    await clock.advance(150)
    expect(await call).toBe('second')
    expect([started, aborted.length, clock.pending]).toEqual([[0, 100], 1, 0])
    expect(isAppError(aborted[0], 'HEDGE_LOST')).toBe(true)
    expect(String(aborted[0])).toContain("hedge 'search'")
    expect(hedge.stats).toEqual({ calls: 1, hedges: 1, wins: 1 })
  })

  test('starts as gRPC A6 shows: with 500 ms and four calls at 0, 500, 1,000 and 1,500 ms', async () => {
    const clock = new TestClock()
    const hedge = new Hedge({ delay: '500ms', maxHedges: 3, clock })
    const slow = Array.from({ length: 4 }, () => ({ after: 10_000, value: 'late' }))
    const { fn, started } = dependency(clock, slow)
    const call = hedge.execute(fn)
    await clock.advance('10s')
    expect([await call, started]).toEqual(['late', [0, 500, 1_000, 1_500]])
  })

  test('starts the next call at once after a failure, and the delay anew', async () => {
    const clock = new TestClock()
    const hedge = new Hedge({ delay: 100, maxHedges: 3, clock })
    const { fn, started } = dependency(clock, [
      { after: 30, error: down },
      { after: 1_000, value: 'second' },
      { after: 1_000, value: 'third' },
      { after: 1_000, value: 'fourth' },
    ])
    const call = hedge.execute(fn)
    await clock.advance('2s')
    expect([await call, started]).toEqual(['second', [0, 30, 130, 230]])
  })

  test('a failure that is not accepted wins at once, and aborts the others', async () => {
    const clock = new TestClock()
    const fatal = new Error('forbidden')
    const hedge = new Hedge({ delay: 100, maxHedges: 3, clock, hedgeIf: (error) => error !== fatal })
    const { fn, started, aborted } = dependency(clock, [
      { after: 1_000, value: 'first' },
      { after: 50, error: fatal },
    ])
    const error = hedge.execute(fn).catch((thrown) => thrown)
    await clock.advance(150)
    expect(await error).toBe(fatal)
    expect([started, aborted.length, clock.pending]).toEqual([[0, 100], 1, 0])
  })

  test('rethrows the last error where all have failed', async () => {
    const clock = new TestClock()
    const hedge = new Hedge({ delay: 100, maxHedges: 2, clock })
    const { fn, started } = dependency(clock, [
      { after: 300, error: 'first' },
      { after: 10, error: 'second' },
      { after: 10, error: 'third' },
    ])
    const error = hedge.execute(fn).catch((thrown) => thrown)
    await clock.advance('1s')
    expect([await error, started, clock.pending]).toEqual(['first', [0, 100, 110], 0])
  })

  test.each<[string, HedgeOptions]>([
    ['all have failed', { delay: '1s' }],
    ['hedgeIf ends the call', { delay: '1s', hedgeIf: (error) => !isAppError(error, 'CIRCUIT_OPEN') }],
  ])('a hedge that a breaker inside refuses does not hide the failure before it: %s', async (_, options) => {
    const clock = new TestClock()
    const breaker = new CircuitBreaker({ failureThreshold: 1, clock })
    const policy = pipeline(new Hedge({ ...options, clock }), breaker)
    expect(await policy.execute(() => Promise.reject(down)).catch((error) => error)).toBe(down)
    await expect(policy.execute(() => Promise.reject(down))).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' })
  })

  test('of several failures before a refusal the last is rethrown', async () => {
    const clock = new TestClock()
    const breaker = new CircuitBreaker({ failureThreshold: 2, clock })
    const policy = pipeline(new Hedge({ delay: '1s', maxHedges: 2, clock }), breaker)
    const errors = [new Error('first'), down]
    expect(await policy.execute(() => Promise.reject(errors.shift())).catch((error) => error)).toBe(down)
  })

  test.each<[string, AppError, boolean]>([
    ['a full bulkhead inside', new BulkheadFullError({ message: 'full' }), false],
    ['a rate limit, which may be that of the dependency,', new RateLimitedError({ retryAfter: 5_000 }), true],
  ])('what %s says is rethrown: %#', async (_, last, isRethrown) => {
    const errors = [down, last]
    const hedge = new Hedge({ delay: '1s', clock: new TestClock() })
    const error = await hedge.execute(() => Promise.reject(errors.shift())).catch((thrown) => thrown)
    expect(error).toBe(isRethrown ? last : down)
  })

  test.each<[string, () => AppError]>([
    ['an open circuit', () => new CircuitOpenError({ message: 'open' })],
    ['a full bulkhead', () => new BulkheadFullError({ message: 'full' })],
    ['a rate limit', () => new RateLimitedError({ retryAfter: 5_000 })],
  ])('%s inside starts the next call, and spends no budget', async (_, refusal) => {
    const clock = new TestClock()
    const budget = retryBudget({ ratio: 0, minPerSecond: 1 })
    await clock.advance('5s')
    const before = budget.available
    const hedge = new Hedge({ delay: '1s', maxHedges: 3, budget, clock })
    const error = refusal()
    expect(await hedge.execute(() => Promise.reject(error)).catch((thrown) => thrown)).toBe(error)
    expect([hedge.stats.hedges, budget.available, clock.pending]).toEqual([3, before, 0])
  })

  test('a replica whose circuit is open is left for the next one at once', async () => {
    const clock = new TestClock()
    const closed = new CircuitBreaker({ clock })
    const open = new CircuitBreaker({ clock })
    open.isolate()
    const replicas = [open, closed]
    const hedge = new Hedge({ delay: '1s', clock })
    const ask = () => (replicas.shift() as CircuitBreaker).execute(() => 'answer')
    expect([await hedge.execute(ask), hedge.stats.hedges]).toEqual(['answer', 1])
  })

  test('a hedge that is refused leaves those that run to their answer', async () => {
    const clock = new TestClock()
    const bulkhead = new Bulkhead({ maxConcurrent: 1, maxQueue: 0, clock })
    const hedge = new Hedge({ delay: 100, maxHedges: 2, clock })
    const { fn, started } = dependency(clock, [{ after: 1_000, value: 'first' }])
    const call = pipeline(hedge, bulkhead).execute(fn)
    await clock.advance('1s')
    expect([await call, started, hedge.stats.hedges, clock.pending]).toEqual(['first', [0], 2, 0])
  })

  test('with a delay of 0 all start at once, with Infinity only a failure starts another', async () => {
    const clock = new TestClock()
    const slow = [{ after: 100, value: 'first' }, { after: 50, value: 'second' }, { after: 70 }]
    const atOnce = dependency(clock, slow)
    const all = new Hedge({ delay: 0, maxHedges: 2, clock }).execute(atOnce.fn)
    const patient = dependency(clock, [{ after: 5_000, error: down }, ...slow])
    const one = new Hedge({ delay: Number.POSITIVE_INFINITY, clock }).execute(patient.fn)
    await clock.advance('10s')
    expect([await all, atOnce.started]).toEqual(['second', [0, 0, 0]])
    expect([await one, patient.started]).toEqual(['first', [0, 5_000]])
  })

  test('a function that throws, or returns no promise, is as good', async () => {
    const clock = new TestClock()
    const hedge = new Hedge({ delay: 100, maxHedges: 3, clock })
    let calls = 0
    const fn = () => {
      calls++
      if (calls < 3) throw down
      return calls
    }
    expect([await hedge.execute(fn), clock.pending]).toEqual([3, 0])
    const throwing = hedge.execute(() => {
      throw down
    })
    await expect(throwing).rejects.toBe(down)
    expect([await hedge.execute(() => 1), clock.pending]).toEqual([1, 0])
  })

  test('with no hedges it changes nothing', async () => {
    const clock = new TestClock()
    const { fn, started } = dependency(clock, [{ after: 500, error: down }])
    const error = new Hedge({ delay: 100, maxHedges: 0, clock }).execute(fn).catch((thrown) => thrown)
    expect(clock.pending).toBe(1)
    await clock.advance('1s')
    expect([await error, started]).toEqual([down, [0]])
  })

  test('a predicate that throws ends the call with the error of the function', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const hedgeIf = () => {
      throw new Error('mistake')
    }
    await expect(new Hedge({ delay: 0, hedgeIf }).execute(() => Promise.reject(down))).rejects.toBe(down)
    expect(warn.mock.calls[0]?.[0]).toContain('Hedge: hedgeIf threw: Error: mistake')
    warn.mockRestore()
  })

  test('tells of each hedge, and why', async () => {
    const clock = new TestClock()
    const hedge = new Hedge({ delay: 100, maxHedges: 2, clock })
    const heard: unknown[] = []
    const off = hedge.on('hedge', (event) => heard.push(event))
    const { fn } = dependency(clock, [{ after: 120, error: down }, { after: 500 }, { after: 500 }])
    const call = hedge.execute(fn)
    await clock.advance('1s')
    await call
    off()
    expect(heard).toEqual([
      { name: 'hedge', hedge: 1, reason: 'delay' },
      { name: 'hedge', hedge: 2, reason: 'failure', error: down },
    ])
  })

  test('a hedge runs in the context of its caller', async () => {
    const key = createContextKey<string>('who')
    const hedge = new Hedge({ delay: 1 })
    const seen: unknown[] = []
    const call = (who: string) =>
      runInContext([[key, who]], () =>
        hedge.execute(({ signal }) => {
          seen.push(key.get())
          if (seen.length > 2) return 'done'
          return new Promise((_, reject) => signal.addEventListener('abort', reject))
        }),
      )
    await Promise.all([call('a'), call('b')])
    expect(seen.toSorted()).toEqual(['a', 'a', 'b', 'b'])
  })

  test.each<[string, unknown, string]>([
    ['no delay', {}, 'delay must be'],
    ['a delay that is none', { delay: 'soon' }, 'delay must be'],
    ['a negative delay', { delay: -1 }, 'delay must be'],
    ['a part of a hedge', { delay: 1, maxHedges: 0.5 }, 'maxHedges must be an integer from 0 to 100'],
    ['no name', { delay: 1, name: '' }, 'name must be'],
    ['a predicate that is none', { delay: 1, hedgeIf: true }, 'hedgeIf must be a function'],
    ['a budget that is none', { delay: 1, budget: {} }, 'budget must be'],
    ['nothing at all', undefined, 'options must be an object, received undefined'],
  ])('refuses %s', (_, options, message) => {
    expect(() => new Hedge(options as HedgeOptions)).toThrow(`@base/resilience Hedge: ${message}`)
  })
})

describe('a hedge whose caller gives up', () => {
  test('rejects at once, aborts all, and leaves neither timer nor listener', async () => {
    const clock = new TestClock()
    const hedge = new Hedge({ delay: 100, maxHedges: 3, clock })
    const { fn, aborted } = dependency(clock, [{ after: 1_000 }, { after: 1_000 }], false)
    const controller = new AbortController()
    const error = hedge.execute(fn, { signal: controller.signal }).catch((thrown) => thrown)
    await clock.advance(150)
    const reason = new Error('not wanted')
    controller.abort(reason)
    expect(await error).toBe(reason)
    expect(aborted).toEqual([reason, reason])
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
    await clock.advance('1s')
    expect(clock.pending).toBe(0)
  })

  test('makes no other call, though the first one fails by the abort', async () => {
    const controller = new AbortController()
    let calls = 0
    const call = new Hedge({ delay: 0, maxHedges: 1 }).execute(
      () => {
        calls++
        controller.abort(down)
        throw new Error('ended')
      },
      { signal: controller.signal },
    )
    await expect(call).rejects.toBe(down)
    expect(calls).toBe(1)
  })

  test('rejects at once where the function itself makes the caller give up', async () => {
    const clock = new TestClock()
    const controller = new AbortController()
    const hang = () => {
      controller.abort(down)
      return new Promise(() => {})
    }
    const call = new Hedge({ delay: 100, clock }).execute(hang, { signal: controller.signal })
    await expect(call).rejects.toBe(down)
    expect(clock.pending).toBe(0)
  })

  test('a listener that aborts the caller stops the hedge that it is told of', async () => {
    const clock = new TestClock()
    const hedge = new Hedge({ delay: 100, clock })
    const controller = new AbortController()
    hedge.on('hedge', () => controller.abort(down))
    const { fn, started } = dependency(clock, [{ after: 1_000 }])
    const error = hedge.execute(fn, { signal: controller.signal }).catch((thrown) => thrown)
    await clock.advance('1s')
    expect([await error, started, clock.pending]).toEqual([down, [0], 0])
  })
})

describe('a hedge among other policies', () => {
  test('the loser keeps its slot outside until it has really settled', async () => {
    const clock = new TestClock()
    const bulkhead = new Bulkhead({ maxConcurrent: 1, clock })
    const policy = pipeline(bulkhead, new Hedge({ delay: 100, clock }))
    const { fn } = dependency(clock, [{ after: 1_000 }, { after: 10, value: 'second' }], false)
    const call = policy.execute(fn)
    await clock.advance(110)
    expect([await call, bulkhead.running]).toEqual(['second', 1])
    await clock.advance(889)
    expect(bulkhead.running).toBe(1)
    await clock.advance(1)
    expect(bulkhead.running).toBe(0)
  })

  test('so does every one of them after an abort', async () => {
    const clock = new TestClock()
    const bulkhead = new Bulkhead({ maxConcurrent: 1, clock })
    const policy = pipeline(bulkhead, new Hedge({ delay: 100, clock }))
    const { fn } = dependency(clock, [{ after: 500 }, { after: 900, error: down }], false)
    const controller = new AbortController()
    const call = policy.execute(fn, { signal: controller.signal }).catch((error) => error.name)
    await clock.advance(200)
    controller.abort()
    expect([await call, bulkhead.running]).toEqual(['AbortError', 1])
    await clock.advance(799)
    expect(bulkhead.running).toBe(1)
    await clock.advance(1)
    expect(bulkhead.running).toBe(0)
  })

  test('each call takes a slot of its own inside', async () => {
    const clock = new TestClock()
    const bulkhead = new Bulkhead({ maxConcurrent: 5, clock })
    const policy = pipeline(new Hedge({ delay: 0, maxHedges: 2, clock }), bulkhead)
    const { fn } = dependency(clock, [{ after: 100 }, { after: 200 }, { after: 300 }])
    const call = policy.execute(fn)
    expect(bulkhead.running).toBe(3)
    await clock.advance('1s')
    await call
    expect(bulkhead.running).toBe(0)
  })

  test('a breaker inside does not count the losers, nor does a timeout', async () => {
    const clock = new TestClock()
    const breaker = new CircuitBreaker({ failureThreshold: 1, clock })
    const timeout = new Timeout({ timeout: 500, clock })
    const policy = pipeline(new Hedge({ delay: 100, maxHedges: 2, clock }), breaker, timeout)
    const { fn } = dependency(
      clock,
      [{ after: 1_000 }, { after: 1_000 }, { after: 1, value: 'third' }],
      false,
    )
    const call = policy.execute(fn)
    await clock.advance('5s')
    expect(await call).toBe('third')
    expect([breaker.state, breaker.stats.failures, timeout.stats.timeouts]).toEqual(['closed', 0, 0])
  })

  test('a timeout around it ends them all, and a retry around it begins anew', async () => {
    const clock = new TestClock()
    const hang = () => new Promise(() => {})
    const hedge = new Hedge({ delay: 100, clock })
    const policy = pipeline(
      new Retry({ maxAttempts: 2, backoff: constant(0), clock }),
      new Timeout({ timeout: 150, clock }),
      hedge,
    )
    const code = policy.execute(hang).catch((error) => error.code)
    await clock.advance('1s')
    expect([await code, hedge.stats.hedges, clock.pending]).toEqual(['TIMEOUT', 2, 0])
  })

  test('a budget that fails allows no hedge, is reported, and changes nothing', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const clock = new TestClock()
    const mistake = () => {
      throw new Error('mistake')
    }
    const budget = { available: 1, deposit: mistake, withdraw: mistake }
    const hedge = new Hedge({ delay: 10, budget, clock })
    const { fn, started } = dependency(clock, [{ after: 100, value: 'up' }])
    const call = hedge.execute(fn)
    await clock.advance(100)
    expect([await call, started]).toEqual(['up', [0]])
    await expect(hedge.execute(() => Promise.reject(down))).rejects.toBe(down)
    expect(warn).toHaveBeenCalledTimes(4)
    warn.mockRestore()
  })

  test('an empty budget allows no hedge', async () => {
    const clock = new TestClock()
    const budget = retryBudget({ ratio: 0, minPerSecond: 1 })
    const hedge = new Hedge({ delay: 10, maxHedges: 5, budget, clock })
    const { fn, started } = dependency(clock, Array(6).fill({ after: 100, value: 'up' }))
    const call = hedge.execute(fn)
    await clock.advance(100)
    expect([await call, started]).toEqual(['up', [0, 10]])
    const failed = hedge.execute(() => Promise.reject(down))
    await expect(failed).rejects.toBe(down)
  })
})

describe('a hedge whose delay is measured', () => {
  test('hedges by time only after it has measured enough, and then the slowest alone', async () => {
    const clock = new TestClock()
    const hedge = new Hedge({ delay: percentile(95, { size: 100 }), clock })
    const call = async (after: number) => {
      const { fn, started } = dependency(clock, [
        { after, value: 'first' },
        { after: 1, value: 'second' },
      ])
      const answer = hedge.execute(fn)
      await clock.advance('1m')
      return [await answer, started.length]
    }
    expect(await call(10_000)).toEqual(['first', 1])
    for (let index = 0; index < 30; index++) expect(await call(100)).toEqual(['first', 1])
    expect(await call(10_000)).toEqual(['second', 2])
    expect(await call(104)).toEqual(['first', 1])
  })

  test('a dependency that has become slower is hedged less again, though its losers are cut short', async () => {
    const clock = new TestClock()
    const hedge = new Hedge({ delay: percentile(90, { size: 100 }), clock })
    const call = async (after: number) => {
      const { fn } = dependency(clock, [
        { after, value: 1 },
        { after, value: 2 },
      ])
      const answer = hedge.execute(fn)
      await clock.advance('1m')
      await answer
    }
    for (let index = 0; index < 100; index++) await call(100)
    for (let index = 0; index < 100; index++) await call(1_000)
    const before = hedge.stats.hedges
    for (let index = 0; index < 100; index++) await call(1_000)
    expect(before).toBeLessThan(30)
    expect(hedge.stats.hedges - before).toBe(0)
  })

  test('one that gives no number, or throws, leaves hedges to failures', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const clock = new TestClock()
    const delay = {
      get current(): number {
        throw new Error('mistake')
      },
      record() {
        throw new Error('mistake')
      },
    }
    const endless = { current: 1e300, record() {} }
    for (const measured of [delay, { current: Number.NaN, record() {} }, endless]) {
      const { fn, started } = dependency(clock, [{ after: 1_000, value: 'first' }])
      const call = new Hedge({ delay: measured, clock }).execute(fn)
      await clock.advance('2s')
      expect([await call, started]).toEqual(['first', [expect.any(Number)]])
    }
    expect(warn).toHaveBeenCalledTimes(2)
    warn.mockRestore()
  })
})
