import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { AdaptiveBulkhead } from '../adaptive-bulkhead/index.js'
import { Bulkhead } from '../bulkhead/index.js'
import { Chaos } from '../chaos/index.js'
import { CircuitBreaker } from '../circuit-breaker/index.js'
import { Fallback } from '../fallback/index.js'
import { Hedge } from '../hedge/index.js'
import { pipeline } from '../pipeline/index.js'
import type { ExecuteOptions, Policy, PolicyFunction } from '../policy/index.js'
import { memoryRateLimitStore, RateLimiter, type RateLimitStore } from '../rate-limiter/index.js'
import { Retry } from '../retry/index.js'
import { Timeout } from '../timeout/index.js'
import { type PolicySubject, policyConformance } from './index.js'

const policies: Record<string, (clock: TestClock) => PolicySubject> = {
  CircuitBreaker: (clock) => new CircuitBreaker({ clock }),
  'CircuitBreaker of a time window': (clock) =>
    new CircuitBreaker({
      clock,
      window: { type: 'time', duration: '10s', failureRate: 1, minimumCalls: 10 },
      slowCall: { duration: '1s', rate: 1 },
    }),
  Retry: (clock) => new Retry({ clock }),
  Timeout: (clock) => new Timeout({ clock }),
  'cooperative Timeout': (clock) => new Timeout({ clock, strategy: 'cooperative' }),
  Bulkhead: (clock) => new Bulkhead({ clock, maxConcurrent: 2 }),
  RateLimiter: (clock) => new RateLimiter({ clock, policies: '100/minute' }),
  'RateLimiter that lets calls wait': (clock) =>
    new RateLimiter({ clock, policies: '1/minute', maxWait: '10m' }),
  'RateLimiter of a slow store': (clock) =>
    new RateLimiter({ clock, policies: '100/minute', store: slow(clock) }),
  AdaptiveBulkhead: (clock) => new AdaptiveBulkhead({ clock, min: 2, max: 20 }),
  Fallback: () => new Fallback({ fallback: () => 1, handle: () => false }),
  Hedge: (clock) => new Hedge({ clock, delay: '2h' }),
  Chaos: (clock) => new Chaos({ clock, rate: 0, error: new Error('chaos'), enabled: true }),
  'pipeline of all': (clock) =>
    pipeline(
      new Timeout({ clock, timeout: '10m' }),
      new Retry({ clock }),
      new Hedge({ clock, delay: '2h' }),
      new CircuitBreaker({ clock }),
      new RateLimiter({ clock, policies: '100/minute' }),
      new Bulkhead({ clock }),
      new Timeout({ clock }),
    ),
  "pipeline around another's policy": (clock) =>
    pipeline(new Retry({ clock }), foreign(clock), new Bulkhead({ clock })),
}

function foreign(clock: TestClock): Policy {
  const inner = new Timeout({ clock })
  return { execute: (fn, options) => inner.execute(fn, options), wrap: (fn) => inner.wrap(fn) }
}

/** A store that answers later, as one on a server does. */
function slow(clock: TestClock): RateLimitStore {
  const store = memoryRateLimitStore({ clock })
  return {
    consume: async (key, cost, limit) => store.consume(key, cost, limit),
    reset: async (key, limit) => store.reset(key, limit),
    block: async (key, duration, limit) => store.block(key, duration, limit),
  }
}

describe.each(Object.entries(policies))('%s', (_, policy) => {
  policyConformance(
    () => {
      const clock = new TestClock()
      return { subject: policy(clock), advance: (d) => clock.advance(d), dispose: () => {} }
    },
    { test },
  )
})

type Execute = (fn: PolicyFunction<unknown>, options?: ExecuteOptions) => Promise<unknown>

/** A policy like ours, but for one thing. */
function twin(execute: Execute, wrap?: Policy['wrap']): PolicySubject {
  const own: Policy['wrap'] = (fn) =>
    function (...args) {
      return execute(() => fn.apply(this, args)) as never
    }
  return { execute: execute as never, wrap: wrap ?? own }
}

const right = new CircuitBreaker({ failureThreshold: 1_000 })

/** What breaks each law. */
const twins: Record<string, PolicySubject> = {
  'the very value that the function gives is returned': twin(async (fn, options) =>
    structuredClone(await right.execute(fn, options)),
  ),
  'a value that is no promise is returned as well': twin((fn, options) =>
    right.execute((ctx) => (fn(ctx) as Promise<unknown>).then((value) => value), options),
  ),
  'a promise that is not native is asked once': twin((fn, options) =>
    right.execute(async (ctx) => {
      const returned = fn(ctx)
      await returned
      return returned
    }, options),
  ),
  'the very error that the function rejects with is rethrown': twin((fn, options) =>
    right.execute(fn, options).catch((error) => {
      throw new Error('wrapped', { cause: error })
    }),
  ),
  'what is thrown need not be an Error': twin((fn, options) =>
    right.execute(fn, options).catch((error) => {
      throw error instanceof Error ? error : new TypeError(`not an Error: ${error}`)
    }),
  ),
  'a synchronous throw is a rejection': twin((fn, options) => {
    options?.signal?.throwIfAborted()
    const returned = fn({ signal: new AbortController().signal, attempt: 1, waitUntil: () => {} })
    return Promise.resolve(returned)
  }),
  'what is no function is a rejection': twin((fn, options) => {
    if (typeof fn !== 'function') return Promise.resolve()
    return right.execute(fn, options)
  }),
  'a signal that has aborted rejects with its reason, and nothing is called': twin((fn) => right.execute(fn)),
  'an abort reaches the function, whose failure then is the reason of the abort': twin((fn, options) => {
    options?.signal?.throwIfAborted()
    return right.execute(fn, options).catch((error) => {
      throw options?.signal?.aborted ? new Error('aborted') : error
    })
  }),
  'a success that comes after an abort is returned, where the call has not ended by then': twin(
    async (fn, options) => {
      const value = await right.execute(fn, options)
      options?.signal?.throwIfAborted()
      return value
    },
  ),
  'no listener is left on the signal': twin((fn, options) => {
    options?.signal?.addEventListener('abort', () => {})
    return right.execute(fn, options)
  }),
  'the function is told its signal, its attempt and its key': twin((fn, options) =>
    right.execute(fn, { ...(options?.signal && { signal: options.signal }) }),
  ),
  'waitUntil can be taken out of the context': twin((fn, options) =>
    right.execute(({ signal, attempt }) => {
      const context = {
        signal,
        attempt,
        held: [] as unknown[],
        waitUntil(promise: unknown) {
          this.held.push(promise)
        },
      }
      return fn(context)
    }, options),
  ),
  'a signal does not abort after its function has returned': twin((fn) => {
    const controller = new AbortController()
    return right.execute(fn, { signal: controller.signal }).finally(() => controller.abort())
  }),
  'a wrapped function keeps this and its arguments': twin(
    (fn, options) => right.execute(fn, options),
    (fn) =>
      (...args) =>
        right.execute(() => fn.apply(undefined as never, args)),
  ),
  'a wrapped function is told its arguments alone': twin(
    (fn, options) => right.execute(fn, options),
    (fn) =>
      function (...args) {
        return right.execute((ctx) => fn.call(this, ...([...args, ctx] as never)))
      },
  ),
  'a synchronous throw of a wrapped function is a rejection': twin(
    (fn, options) => right.execute(fn, options),
    (fn) =>
      function (...args) {
        const returned = fn.apply(this, args)
        return right.execute(() => returned)
      },
  ),
  'calls at one time do not know each other': (() => {
    let last: Promise<unknown> | undefined
    return twin((fn, options) => {
      last ??= right.execute(fn, options).finally(() => {
        last = undefined
      })
      return last
    })
  })(),
}

describe('policyConformance rejects a policy of which it is not true that', () => {
  const laws: [string, () => Promise<void>][] = []
  let subject: PolicySubject = right
  policyConformance(() => ({ subject, advance: () => {}, dispose: () => {} }), {
    test: (name, prove) => laws.push([name.replace('Policy: ', ''), prove]),
  })

  test.each(laws)('%s', async (law, prove) => {
    subject = right
    await prove()
    subject = twins[law] as PolicySubject
    await expect(prove()).rejects.toThrow()
  })
})
