import { TestClock } from '@base/core/testing'
import { Bulkhead } from '@base/resilience/bulkhead'
import { CircuitBreaker } from '@base/resilience/circuit-breaker'
import { pipeline } from '@base/resilience/pipeline'
import { constant, Retry } from '@base/resilience/retry'
import { Timeout } from '@base/resilience/timeout'
import Opossum10 from 'opossum'
import Opossum8 from 'opossum-8'
import Opossum9 from 'opossum-9'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { opossumFacade } from './index.js'

afterEach(() => {
  vi.useRealTimers()
})

type AbortOptions = Pick<Parameters<typeof opossumFacade>[1], 'abortController' | 'autoRenewAbortController'>

interface Subject {
  fire(): Promise<unknown>
  on(event: 'halfOpen' | 'close' | 'timeout', listener: () => void): unknown
  getSignal(): AbortSignal | undefined
  getAbortController(): AbortController | undefined
}

type Make = (action: () => Promise<unknown>, options: AbortOptions, clock: TestClock) => Subject

const facade: Make = (action, options, clock) => {
  const breaker = new CircuitBreaker({ failureThreshold: 2, recoveryTimeout: '5s', clock })
  const policy = pipeline(breaker, new Timeout({ timeout: '1s', clock }))
  return opossumFacade(action, { breaker, policy, clock, ...options })
}

const original =
  (Opossum: typeof Opossum10): Make =>
  (action, options) =>
    new Opossum(action, { timeout: 1_000, volumeThreshold: 2, resetTimeout: 5_000, ...options }) as never

/** What calls see of the signal while two of them hang, the circuit opens, and a probe is answered. */
async function story(make: Make, options: AbortOptions) {
  vi.useFakeTimers()
  const clock = new TestClock()
  const advance = async (ms: number) => {
    await clock.advance(ms)
    await vi.advanceTimersByTimeAsync(ms)
  }
  const told: unknown[] = []
  const signals: (AbortSignal | undefined)[] = []
  let hangs = true
  const subject = make(
    () => {
      const signal = subject.getSignal()
      signals.push(signal)
      told.push(['called', signal?.aborted])
      signal?.addEventListener('abort', () => told.push('aborted'))
      return hangs ? new Promise(() => {}) : Promise.resolve('up')
    },
    options,
    clock,
  )
  const fire = () =>
    subject.fire().then(
      (value) => told.push(value),
      () => told.push('failed'),
    )
  for (const event of ['halfOpen', 'close', 'timeout'] as const)
    subject.on(event, () => told.push([event, subject.getSignal()?.aborted]))
  for (let call = 1; call <= 2; call++) {
    void fire()
    await advance(1_000)
  }
  hangs = false
  await advance(5_000)
  await fire()
  await fire()
  return {
    told,
    areGiven: signals.map((signal) => signal !== undefined && signal === options.abortController?.signal),
    isOne: signals[2] === signals[3] && signals[2] === subject.getSignal(),
    isGiven: subject.getAbortController() === options.abortController,
  }
}

describe.each([
  ['opossum 8', Opossum8],
  ['opossum 9', Opossum9],
  ['opossum 10', Opossum10],
])('the signal of a facade and of %s', (_, Opossum) => {
  test.each<[string, () => AbortOptions]>([
    ['no controller', () => ({})],
    ['one', () => ({ abortController: new AbortController() })],
    [
      'one that is renewed',
      () => ({ abortController: new AbortController(), autoRenewAbortController: true }),
    ],
    ['one of its own', () => ({ autoRenewAbortController: true })],
  ])('are alike with %s', async (_, options) => {
    const ours = await story(facade, options())
    expect(ours).toEqual(await story(original(Opossum), options()))
    expect(ours.told).toContainEqual('up')
  })
})

describe('a call that hangs', () => {
  test.each([
    [true, 0],
    [false, 1],
  ])('with a controller (%s) leaves so many slots taken: %i', async (renews, running) => {
    const clock = new TestClock()
    const breaker = new CircuitBreaker({ clock })
    const bulkhead = new Bulkhead({ maxConcurrent: 1, clock })
    const policy = pipeline(breaker, bulkhead, new Timeout({ timeout: '1s', clock }))
    const prices = opossumFacade(
      () =>
        new Promise((_, reject) => {
          prices.getSignal()?.addEventListener('abort', () => reject(new Error('given up')))
        }),
      { breaker, policy, clock, autoRenewAbortController: renews },
    )
    const call = prices.fire().catch((error) => error.code)
    await clock.advance('1s')
    expect([await call, bulkhead.running]).toEqual(['TIMEOUT', running])
  })

  test('refuses what is no controller', () => {
    const breaker = new CircuitBreaker()
    for (const abortController of [{}, { abort() {} }, null] as never[])
      expect(() => opossumFacade(() => 1, { breaker, abortController })).toThrow('abortController must')
    expect(() => opossumFacade(() => 1, { breaker, autoRenewAbortController: 1 as never })).toThrow(
      'autoRenewAbortController must be',
    )
  })
})

describe('a policy within that gives up on an action while the call goes on', () => {
  const hanging = () => {
    const facade = { getSignal: (): AbortSignal | undefined => undefined }
    const hang = () =>
      new Promise<never>((_, reject) => {
        const signal = facade.getSignal() as AbortSignal
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      })
    return { facade, hang }
  }
  const nextTurn = () => new Promise(setImmediate)

  test('ends it by the signal: a cooperative timeout waits for it', async () => {
    const clock = new TestClock()
    const { facade, hang } = hanging()
    const breaker = new CircuitBreaker({ clock })
    const policy = pipeline(breaker, new Timeout({ timeout: 50, strategy: 'cooperative', clock }))
    const shared = opossumFacade(hang, { breaker, policy, abortController: new AbortController(), clock })
    facade.getSignal = () => shared.getSignal()
    const call = shared.fire().catch((error: unknown) => error)
    await clock.advance(50)
    expect(await call).toMatchObject({ kind: 'timeout' })
  })

  test('ends it by the signal: a retry has another value by then', async () => {
    const clock = new TestClock()
    const { facade, hang } = hanging()
    const breaker = new CircuitBreaker({ clock })
    const bulkhead = new Bulkhead({ maxConcurrent: 2, clock })
    const retry = new Retry({ maxAttempts: 2, backoff: constant(0), clock })
    const policy = pipeline(retry, breaker, bulkhead, new Timeout({ timeout: 50, clock }))
    const actions: (() => Promise<string>)[] = [hang, async () => 'second']
    const shared = opossumFacade(() => (actions.shift() as () => Promise<string>)(), {
      breaker,
      policy,
      abortController: new AbortController(),
      clock,
    })
    facade.getSignal = () => shared.getSignal()
    const call = shared.fire()
    await clock.advance(100)
    expect(await call).toBe('second')
    await nextTurn()
    await nextTurn()
    expect([shared.getSignal()?.aborted, bulkhead.stats.running]).toEqual([true, 0])
  })
})
