import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { TestClock } from '@base/core/testing'
import { expect, test } from 'vitest'
import { Bulkhead } from './bulkhead/bulkhead.js'
import { CircuitBreaker } from './circuit-breaker/circuit-breaker.js'
import { Fallback } from './fallback/fallback.js'
import { Hedge } from './hedge/hedge.js'
import { pipeline } from './pipeline/pipeline.js'
import { memoryRateLimitStore, RateLimiter } from './rate-limiter/index.js'
import { constant, Retry } from './retry/index.js'
import { Timeout } from './timeout/timeout.js'

/** Bytes in use once all garbage is gone. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

function everything(clock: TestClock) {
  const bulkhead = new Bulkhead({ maxConcurrent: 5, clock })
  const policy = pipeline(
    new Timeout({ timeout: '1m', clock }),
    new Retry({ clock, backoff: constant('1s') }),
    new Hedge({ clock, delay: '500ms' }),
    new CircuitBreaker({ failureThreshold: 1_000_000, clock }),
    bulkhead,
    new Timeout({ timeout: '1s', clock }),
  )
  return { bulkhead, policy }
}

test('a thousand calls that end in every way leave no timer, listener, slot or waiter', async () => {
  const clock = new TestClock()
  const { bulkhead, policy } = everything(clock)
  const { signal } = new AbortController()
  const controllers = [new AbortController(), new AbortController()]
  const calls = Array.from({ length: 1_000 }, (_, index) => {
    const endings = [
      () => policy.execute(() => index, { signal }),
      () => policy.execute(async () => index, { signal }),
      () => policy.execute(() => Promise.reject(new Error('down')), { signal }),
      () =>
        policy.execute(
          (ctx) =>
            new Promise((_resolve, reject) =>
              ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason), { once: true }),
            ),
          { signal },
        ),
      () => policy.execute(() => index, { signal: controllers[index % 2]?.signal }),
    ]
    return endings[index % endings.length]?.()
  })
  const settled = Promise.allSettled(calls)
  for (const controller of controllers) controller.abort()
  await clock.runAll()
  await settled

  expect([clock.pending, bulkhead.running, bulkhead.queued]).toEqual([0, 0, 0])
  for (const each of [signal, ...controllers.map((controller) => controller.signal)])
    expect(getEventListeners(each, 'abort')).toHaveLength(0)
})

test.each([
  ['a Bulkhead', (clock: TestClock) => new Bulkhead({ maxConcurrent: 1, maxWait: '1h', clock })],
  ['a RateLimiter', (clock: TestClock) => new RateLimiter({ policies: '1/hour', maxWait: '1d', clock })],
  ['a Retry', (clock: TestClock) => new Retry({ backoff: constant('1h'), clock })],
  ['a Timeout', (clock: TestClock) => new Timeout({ clock })],
  ['a Hedge', (clock: TestClock) => new Hedge({ delay: '1h', clock })],
])(
  'calls that wait in %s for one signal take one listener of it, and none after its abort',
  async (what, make) => {
    const clock = new TestClock()
    const policy = make(clock)
    const controller = new AbortController()
    const { signal } = controller
    const fn = () => (what === 'a Retry' ? Promise.reject(new Error('down')) : new Promise(() => {}))
    const calls = Array.from({ length: 100 }, () => policy.execute(fn, { signal }).catch((error) => error))
    await clock.advance(1)
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    controller.abort('not wanted')
    // The first may run, and nobody ends a function that hangs.
    const reasons = await Promise.all(calls.slice(1))
    expect(new Set(reasons)).toEqual(new Set(['not wanted']))
    expect([getEventListeners(signal, 'abort').length, clock.pending]).toEqual([0, 0])
  },
)

test('a hundred thousand waiters that are aborted leave an empty queue and no timer', async () => {
  const clock = new TestClock()
  const bulkhead = new Bulkhead({ maxConcurrent: 1, clock })
  bulkhead.execute(() => new Promise(() => {}))
  const controller = new AbortController()
  const signals = Array.from({ length: 10_000 }, () => AbortSignal.any([controller.signal]))
  const calls: Promise<unknown>[] = []
  for (let call = 0; call < 100_000; call++)
    calls.push(bulkhead.execute(() => 1, { signal: signals[call % 10_000] }).catch(() => {}))
  expect(bulkhead.queued).toBe(100_000)
  controller.abort()
  await Promise.all(calls)

  expect([bulkhead.queued, clock.pending]).toEqual([0, 0])
  for (const signal of signals) expect(getEventListeners(signal, 'abort')).toHaveLength(0)
}, 30_000)

test('a million calls through a full pipeline leave the heap as it was, and neither timer nor listener', async () => {
  const clock = new TestClock()
  const policy = pipeline(
    new Fallback({ fallback: () => -1 }),
    new Timeout({ clock }),
    new Retry({ clock, backoff: constant(0) }),
    new Hedge({ clock, delay: '10s' }),
    new CircuitBreaker({ clock, failureThreshold: 1_000_000 }),
    new Bulkhead({ clock }),
    new Timeout({ timeout: '1s', clock }),
  )
  const { signal } = new AbortController()
  const call = async (count: number) => {
    for (let index = 0; index < count; index++) {
      const fn = async () => {
        if (index % 100 === 0) throw new Error('down')
        return index
      }
      await (index % 2 === 0 ? policy.execute(fn) : policy.execute(fn, { signal }))
    }
  }
  await call(50_000)
  const before = heapUsed()
  await call(1_000_000)
  // A byte a call would be a megabyte; what the runner itself keeps meanwhile is a few hundred kilobytes.
  expect(heapUsed() - before).toBeLessThan(1_000_000)
  expect([clock.pending, getEventListeners(signal, 'abort').length]).toEqual([0, 0])
}, 120_000)

test('a hundred thousand waiters that are aborted give their memory back', async () => {
  const bulkhead = new Bulkhead({ maxConcurrent: 1, maxWait: Number.POSITIVE_INFINITY })
  bulkhead.execute(() => new Promise(() => {}))
  const waitAndAbort = async (count: number) => {
    const controllers = Array.from({ length: count }, () => new AbortController())
    const calls = controllers.map(({ signal }) => bulkhead.execute(() => 1, { signal }))
    const settled = Promise.allSettled(calls)
    for (const controller of controllers) controller.abort()
    await settled
  }
  await waitAndAbort(100_000)
  const growths: number[] = []
  for (let round = 0; round < 3; round++) {
    const before = heapUsed()
    await waitAndAbort(100_000)
    growths.push(heapUsed() - before)
  }
  expect(bulkhead.queued).toBe(0)
  // Ten bytes each would be a megabyte, each time. Node's table of signals grows at times, whoever listens.
  expect(Math.min(...growths)).toBeLessThan(1_000_000)
}, 60_000)

test('a million keys take what is stated, and give it back once they are idle', async () => {
  const clock = new TestClock()
  const store = memoryRateLimitStore({ clock, maxKeys: 2_000_000 })
  const limiter = new RateLimiter({ policies: '100/minute', store, clock })
  // The keys themselves are the caller's.
  const keys = Array.from({ length: 1_000_000 }, (_, index) => `customer:${index}`)
  const before = memoryUsed()
  for (const key of keys) await limiter.consume(key)
  expect(store.size).toBe(1_000_000)
  // 57 where it was measured; an object a key would be twice as much.
  expect((memoryUsed() - before) / 1_000_000).toBeLessThan(80)
  await clock.advance('1h')
  expect(store.size).toBe(0)
  // A byte for each of them would be a megabyte.
  expect(memoryUsed() - before).toBeLessThan(1_000_000)
  expect(keys).toHaveLength(1_000_000)
}, 60_000)

/** Also what typed arrays hold, which is not in the heap. */
function memoryUsed(): number {
  const heap = heapUsed()
  return heap + process.memoryUsage().arrayBuffers
}

test('a hundred thousand calls that wait for a rate and are aborted leave an empty line and no timer', async () => {
  const clock = new TestClock()
  const limiter = new RateLimiter({ policies: '1/hour', maxWait: '2h', clock })
  await limiter.execute(() => 1)
  const controller = new AbortController()
  const signals = Array.from({ length: 10_000 }, () => AbortSignal.any([controller.signal]))
  const calls: Promise<unknown>[] = []
  for (let call = 0; call < 100_000; call++)
    calls.push(limiter.execute(() => 1, { signal: signals[call % 10_000] }).catch(() => {}))
  expect(limiter.stats.queued).toBe(100_000)
  controller.abort()
  await Promise.all(calls)
  expect([limiter.stats.queued, clock.pending]).toEqual([0, 0])
  for (const signal of signals) expect(getEventListeners(signal, 'abort')).toHaveLength(0)
}, 30_000)
