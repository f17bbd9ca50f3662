import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Chaos } from '../chaos/index.js'
import { CircuitBreaker } from '../circuit-breaker/index.js'
import { Fallback } from '../fallback/index.js'
import { Hedge } from '../hedge/index.js'
import { constant, Retry, type RetryOptions } from '../retry/index.js'
import type { Policy } from './index.js'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a question that is answered with a promise', () => {
  const no = async () => false
  const broken = async () => {
    throw new Error('no answer')
  }

  test.each<[callback: string, make: (callback: never) => Policy<unknown>]>([
    ['Retry: retryIf', (retryIf) => new Retry({ retryIf, backoff: constant(0) })],
    ['Hedge: hedgeIf', (hedgeIf) => new Hedge({ hedgeIf, delay: Number.POSITIVE_INFINITY })],
    ['Fallback: handle', (handle) => new Fallback({ handle, fallback: () => 'instead' })],
    ['Chaos: enabled', (enabled) => new Chaos({ enabled, rate: 1, error: () => new Error('chaos') })],
    ['CircuitBreaker: isFailure', (isFailure) => new CircuitBreaker({ isFailure })],
  ])("is no yes, and a rejection of it is nobody else's: %s", async (callback, make) => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const down = vi.fn(() => Promise.reject(new Error('down')))

    for (const answer of [no, broken]) {
      await expect(make(answer as never).execute(down)).rejects.toThrow(new Error('down'))
    }

    expect(down).toHaveBeenCalledTimes(2)
    const said = `@base/resilience ${callback} threw: TypeError: it gave a promise, and has to answer at once`
    expect(warn.mock.calls.map(([text]) => text)).toEqual([said, said])
  })

  const calculated = (answer: () => unknown): [callback: string, policy: Policy<unknown>][] => [
    ['Retry: backoff', new Retry({ backoff: answer as RetryOptions['backoff'] })],
    [
      'CircuitBreaker: recoveryTimeout',
      new CircuitBreaker({ failureThreshold: 1, recoveryTimeout: answer as () => number }),
    ],
    [
      'Hedge: delay.current',
      new Hedge({
        delay: Object.defineProperty({ record() {} }, 'current', { get: answer }) as unknown as number,
      }),
    ],
    [
      'Hedge: delay.record',
      new Hedge({ delay: { current: Number.POSITIVE_INFINITY, record: answer } as unknown as number }),
    ],
  ]

  test.each(calculated(no).map(([callback], index) => [callback, index] as const))(
    'is no number either: %s',
    async (callback, index) => {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
      const outcomes: unknown[] = []
      for (const answer of [no, broken, () => runInNewContext('Promise.reject(new Error("elsewhere"))')]) {
        const [, policy] = calculated(answer)[index] as [string, Policy<unknown>]
        // A hedge records what is answered, and asks for the delay where it waits.
        const call = policy.execute(() => (callback.endsWith('record') ? 'up' : Promise.reject('down')))
        outcomes.push(await call.catch((error) => error))
      }
      const outcome = callback.endsWith('record') ? 'up' : 'down'
      expect(outcomes).toEqual([outcome, outcome, outcome])
      const said = `@base/resilience ${callback} threw: TypeError: it gave a promise, and has to answer at once`
      expect(warn.mock.calls.map(([text]) => text)).toEqual([said, said, said])
    },
  )

  test('is no error either', async () => {
    for (const error of [no, broken]) {
      const chaos = new Chaos({ rate: 1, enabled: true, error })
      await expect(chaos.execute(() => 1)).rejects.toThrow('it gave a promise, and has to answer at once')
    }
  })

  test('leaves a value as it is where a retry asks, and is a failure where a breaker does', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const retried = vi.fn(() => 1)
    await new Retry({ retryIfResult: no as never, backoff: constant(0) }).execute(retried)
    expect(retried).toHaveBeenCalledTimes(1)

    const breaker = new CircuitBreaker({ isFailureResult: no as never })
    expect(await breaker.execute(() => 1)).toBe(1)
    expect(breaker.stats.failures).toBe(1)
  })
})
