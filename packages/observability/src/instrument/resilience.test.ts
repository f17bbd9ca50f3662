import { UnavailableError } from '@base/core/errors'
import { TestClock } from '@base/core/testing'
import { AdaptiveBulkhead } from '@base/resilience/adaptive-bulkhead'
import { Bulkhead } from '@base/resilience/bulkhead'
import { Chaos } from '@base/resilience/chaos'
import { CircuitBreaker } from '@base/resilience/circuit-breaker'
import { Fallback } from '@base/resilience/fallback'
import { Hedge } from '@base/resilience/hedge'
import { pipeline } from '@base/resilience/pipeline'
import { memoryRateLimitStore, RateLimiter } from '@base/resilience/rate-limiter'
import { constant, Retry } from '@base/resilience/retry'
import { Timeout } from '@base/resilience/timeout'
import { deferred } from '@base-internal/tools/deferred'
import { expect, test } from 'vitest'
import { expectAllHeard, keepMessages, watch } from './test-watch.js'

keepMessages()

const down = new UnavailableError({ message: 'The bank is away.' })
const fail = () => Promise.reject(down)
const outcome = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)

test('a circuit that opens, refuses and closes again', async () => {
  const clock = new TestClock()
  const { read, lines, traced } = watch()
  const breaker = new CircuitBreaker({ name: 'payments', failureThreshold: 2, recoveryTimeout: '10s', clock })
  const { events } = await traced(async () => {
    await breaker.execute(() => 'up')
    for (let call = 0; call < 3; call++) await outcome(breaker.execute(fail))
  })
  const open = await read()
  const payments = { 'base.name': 'payments' }
  expect(open.value('base.circuit_breaker.state', { ...payments, 'base.state': 'open' })).toBe(1)
  expect(open.value('base.circuit_breaker.state', { ...payments, 'base.state': 'closed' })).toBe(0)
  expect(open.value('base.circuit_breaker.rejections', { ...payments, 'base.state': 'open' })).toBe(1)
  expect(open.value('base.circuit_breaker.calls', { ...payments, 'base.outcome': 'success' })).toBe(1)
  expect(open.value('base.circuit_breaker.calls', { ...payments, 'base.outcome': 'failure' })).toBe(2)
  expect(events).toEqual([
    [
      'base.circuit_breaker.state_change',
      { ...payments, 'base.state': 'open', 'base.state.previous': 'closed', 'base.reason': 'failures' },
    ],
    ['base.circuit_breaker.rejected', { ...payments, 'base.state': 'open', 'base.retry_after': 10 }],
  ])

  await clock.advance('10s')
  await breaker.execute(() => 'up')
  const closed = await read()
  expect(closed.value('base.circuit_breaker.state', { ...payments, 'base.state': 'closed' })).toBe(1)
  expect(closed.value('base.circuit_breaker.transitions', { ...payments, 'base.state': 'closed' })).toBe(1)
  expect(lines.map(({ level, message }) => [level, message])).toEqual([
    ['warn', 'circuit changed its state'],
    ['debug', 'circuit refused a call'],
    ['info', 'circuit changed its state'],
    ['info', 'circuit changed its state'],
  ])
  expect(breaker.name).toBe('payments')
})

test('a retry that tries again, and one that gives up', async () => {
  const { read, lines } = watch()
  const retry = new Retry({ name: 'bank', maxAttempts: 3, backoff: constant(0) })
  await outcome(retry.execute(fail))
  const metrics = await read()
  expect(metrics.value('base.retry.retries', { 'base.name': 'bank', 'error.type': 'UNAVAILABLE' })).toBe(2)
  expect(
    metrics.value('base.retry.give_ups', { 'base.reason': 'max_attempts', 'error.type': 'UNAVAILABLE' }),
  ).toBe(1)
  expect(metrics.value('base.retry.calls', { 'base.name': 'bank' })).toBe(1)
  expect(lines).toMatchObject([
    { level: 'debug', 'base.attempt': 1, 'base.pause': 0, err: down },
    { level: 'debug', 'base.attempt': 2, 'base.pause': 0, err: down },
    { level: 'debug', 'base.attempts': 3, 'base.reason': 'max_attempts', err: down },
  ])
  expect(retry.name).toBe('bank')
})

test('a value that a retry does not like goes nowhere', async () => {
  const { all } = watch()
  const retry = new Retry({ maxAttempts: 2, backoff: constant(0), retryIfResult: () => true })
  await retry.execute(() => 'a-secret-value')
  expect(await all()).toContain('base_retry_give_ups_total')
  expect(await all()).not.toContain('a-secret-value')
})

test('a bulkhead that lets wait, and refuses', async () => {
  const clock = new TestClock()
  const { read, lines } = watch()
  const bulkhead = new Bulkhead({ name: 'reports', maxConcurrent: 1, maxQueue: 1, clock })
  const first = deferred<void>()
  const running = bulkhead.execute(() => first.promise)
  const waiting = bulkhead.execute(() => 'second')
  await outcome(bulkhead.execute(() => 'third'))
  const reports = { 'base.name': 'reports' }
  const full = await read()
  expect(full.value('base.bulkhead.running', reports)).toBe(1)
  expect(full.value('base.bulkhead.queued', reports)).toBe(1)
  expect(full.value('base.bulkhead.limit', reports)).toBe(1)
  expect(full.value('base.bulkhead.rejections', { ...reports, 'base.reason': 'queue_full' })).toBe(1)
  await clock.advance(250)
  first.resolve()
  await Promise.all([running, waiting])
  const free = await read()
  expect(free.value('base.bulkhead.wait.duration', reports)).toBe(0.25)
  expect(free.count('base.bulkhead.wait.duration', reports)).toBe(1)
  expect(free.value('base.bulkhead.calls', reports)).toBe(2)
  expect(free.value('base.bulkhead.queued', reports)).toBe(0)
  expect(lines.map(({ level }) => level)).toEqual(['debug', 'trace'])
  expect(bulkhead.name).toBe('reports')
})

test('an adaptive bulkhead that finds another limit', async () => {
  const clock = new TestClock()
  const { read } = watch()
  const bulkhead = new AdaptiveBulkhead({ name: 'search', initial: 20, min: 1, max: 200, clock })
  const round = async () => {
    const calls = Array.from({ length: bulkhead.stats.limit }, () => bulkhead.execute(() => clock.sleep(10)))
    await clock.advance(10)
    await Promise.all(calls)
  }
  for (let count = 0; count < 5; count++) await round()
  const metrics = await read()
  expect(metrics.value('base.bulkhead.limit', { 'base.name': 'search' })).toBe(bulkhead.stats.limit)
  expect(bulkhead.stats.limit).toBeGreaterThan(20)
  expect(metrics.value('base.bulkhead.limit_changes', { 'base.name': 'search' })).toBeGreaterThan(0)
})

test('a rate limiter that refuses, lets wait, and loses its store; of a key nothing is told', async () => {
  const clock = new TestClock()
  const { read, lines, all } = watch()
  const key = 'customer-4711'
  const limiter = new RateLimiter({ name: 'api', policies: '1/second', maxWait: '2s', clock })
  await limiter.execute(() => 'one', { key })
  const waiting = limiter.execute(() => 'two', { key })
  await limiter.consume(key)
  const api = { 'base.name': 'api' }
  expect((await read()).value('base.rate_limiter.queued', api)).toBe(1)
  await clock.advance('1s')
  await waiting
  const memory = memoryRateLimitStore({ clock })
  const store = {
    consume: () => Promise.reject(new Error('away')),
    reset: memory.reset.bind(memory),
    block: memory.block.bind(memory),
  }
  const lost = new RateLimiter({ name: 'lost', policies: '1/second', store, clock })
  await lost.consume(key)
  const metrics = await read()
  expect(metrics.value('base.rate_limiter.allowed', api)).toBe(2)
  expect(metrics.series('base.rate_limiter.rejections', api)).toEqual([
    {
      attributes: { ...api, 'base.policy': expect.any(String), 'base.reason': 'limited' },
      value: 1,
      count: undefined,
    },
  ])
  const away = { 'base.name': 'lost', 'base.reason': 'store_failed' }
  expect(metrics.value('base.rate_limiter.rejections', away)).toBe(1)
  expect(metrics.value('base.rate_limiter.wait.duration', api)).toBe(1)
  expect(metrics.value('base.rate_limiter.store_failures', { 'error.type': 'Error' })).toBe(1)
  expect(lines.map(({ level, message }) => [level, message])).toContainEqual([
    'warn',
    'store of a rate limiter failed',
  ])
  expect(await all()).not.toContain(key)
  expect([limiter.stats.allowed, lost.stats.storeFailures]).toEqual([2, 1])
})

test('a hedge, a timeout, a fallback and a disturbance', async () => {
  const clock = new TestClock()
  const { read, lines } = watch()
  const hedge = new Hedge({ name: 'replica', delay: 50, clock })
  let calls = 0
  const hedged = hedge.execute<unknown>(() => (++calls === 1 ? clock.sleep(1_000) : 'quick'))
  await clock.advance(50)
  expect(await hedged).toBe('quick')

  const timeout = new Timeout({ name: 'slow', timeout: '2s', clock })
  const late = outcome(timeout.execute(() => clock.sleep('1m')))
  await clock.advance('2s')
  await late

  const fallback = new Fallback({ name: 'prices', fallback: () => 'old' })
  expect(await fallback.execute(fail)).toBe('old')

  const chaos = new Chaos({
    name: 'monkey',
    rate: 1,
    error: () => new Error('on purpose'),
    enabled: () => true,
  })
  await outcome(chaos.execute(() => 'never'))

  const metrics = await read()
  expect(metrics.value('base.hedge.hedges', { 'base.name': 'replica', 'base.reason': 'delay' })).toBe(1)
  expect(metrics.value('base.hedge.wins', { 'base.name': 'replica' })).toBe(1)
  expect(metrics.value('base.hedge.calls', { 'base.name': 'replica' })).toBe(1)
  expect(metrics.value('base.timeout.timeouts', { 'base.name': 'slow' })).toBe(1)
  expect(metrics.value('base.timeout.calls', { 'base.name': 'slow' })).toBe(1)
  expect(
    metrics.value('base.fallback.fallbacks', { 'base.name': 'prices', 'error.type': 'UNAVAILABLE' }),
  ).toBe(1)
  expect(metrics.value('base.fallback.calls', { 'base.name': 'prices' })).toBe(1)
  expect(metrics.value('base.chaos.faults', { 'base.name': 'monkey', 'error.type': 'Error' })).toBe(1)
  expect(metrics.value('base.chaos.calls', { 'base.name': 'monkey' })).toBe(1)
  expect(lines.map(({ level, message }) => [level, message])).toEqual([
    ['debug', 'hedging a call'],
    ['debug', 'call took too long'],
    ['warn', 'call failed, fallback answers'],
    ['info', 'disturbing a call on purpose'],
  ])
  expect(lines[1]).toMatchObject({ 'base.timeout': 2 })
  // Held to here: what nobody holds is not read.
  expect([hedge, timeout, fallback, chaos].map(({ name }) => name)).toHaveLength(4)
})

test('policies within a pipeline are read also where nobody else holds them', async () => {
  const { read } = watch()
  const policy = pipeline(new Retry({ name: 'inside' }), new CircuitBreaker({ name: 'inside' }))
  await policy.execute(() => 'up')
  const metrics = await read()
  expect(metrics.value('base.retry.calls', { 'base.name': 'inside' })).toBe(1)
  expect(metrics.value('base.circuit_breaker.calls', { 'base.name': 'inside' })).toBe(1)
  expect(policy.warnings).toEqual([])
})

test('a pipeline in an order that defeats itself', async () => {
  const { read, lines } = watch()
  pipeline(new CircuitBreaker(), new Retry())
  await Promise.resolve()
  expect((await read()).value('base.pipeline.warnings', { 'base.code': 'breaker_outside_retry' })).toBe(1)
  expect(lines).toMatchObject([{ level: 'warn', 'base.message': expect.stringContaining('put it inside') }])
})

expectAllHeard('base:resilience:')
