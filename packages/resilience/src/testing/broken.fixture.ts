import { TestClock } from '@base/core/testing'
import { memoryRateLimitStore } from '../rate-limiter/memory-store.js'
import type {
  RateLimit,
  RateLimitAlgorithm,
  RateLimitPolicy,
  RateLimitResult,
  RateLimitStore,
} from '../rate-limiter/store.js'
import { rateLimitStoreConformance } from './index.js'

const LAW = 'RateLimitStore: '

/** A store that is like ours, but for one thing. */
export type Twin = (store: RateLimitStore, clock: TestClock) => RateLimitStore
/** How such a store charges. */
export type Consume = (key: string, cost: number, limit: RateLimit) => RateLimitResult

/** One that charges otherwise. */
export const consuming =
  (change: (consume: Consume) => Consume): Twin =>
  (store) => ({
    consume: change((key, cost, limit) => store.consume(key, cost, limit) as RateLimitResult),
    reset: (key, limit) => store.reset(key, limit),
    block: (key, duration, limit) => store.block(key, duration, limit),
  })

/** One that changes what it answers. */
export const answering = (change: (result: RateLimitResult, cost: number) => RateLimitResult): Twin =>
  consuming((consume) => (key, cost, limit) => change(consume(key, cost, limit), cost))

/** A limit of which each policy is another. */
export const policiesOf = (
  limit: RateLimit,
  change: (policy: RateLimit['policies'][number]) => object,
): RateLimit => ({
  ...limit,
  policies: limit.policies.map((policy) => ({ ...policy, ...change(policy) })),
})

/** Its methods, to be spread. */
export function bound(store: RateLimitStore): RateLimitStore {
  return {
    consume: (key, cost, limit) => store.consume(key, cost, limit),
    reset: (key, limit) => store.reset(key, limit),
    block: (key, duration, limit) => store.block(key, duration, limit),
  }
}

/** A store that counts by other keys, and other limits. */
export const renaming =
  (keyOf: (key: string) => string, limitOf: (limit: RateLimit) => RateLimit): Twin =>
  (store) => ({
    consume: (key, cost, limit) => store.consume(keyOf(key), cost, limitOf(limit)),
    reset: (key, limit) => store.reset(keyOf(key), limitOf(limit)),
    block: (key, duration, limit) => store.block(keyOf(key), duration, limitOf(limit)),
  })

/** One that counts by other policies. */
export const counting = (change: (policy: RateLimitPolicy) => object): Twin =>
  renaming(
    (key) => key,
    (limit) => policiesOf(limit, change),
  )

/** One that takes an algorithm for another. */
export const countedAs = (algorithm: RateLimitAlgorithm, other: RateLimitAlgorithm): Twin =>
  counting((policy) => (policy.algorithm === algorithm ? { algorithm: other } : {}))

/** The laws of the suite, to be proved on a twin. */
export function lawsOf(twin: () => Twin): [law: string, prove: () => Promise<void>][] {
  const laws: [string, () => Promise<void>][] = []
  rateLimitStoreConformance(
    () => {
      const clock = new TestClock()
      const subject = twin()(memoryRateLimitStore({ clock }), clock)
      return { subject, advance: (d) => clock.advance(d), dispose: () => {} }
    },
    { test: (name, prove) => laws.push([name.slice(LAW.length), prove]) },
  )
  return laws
}
