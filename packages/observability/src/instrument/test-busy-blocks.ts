import { channel } from 'node:diagnostics_channel'
import { createIdempotency, memoryIdempotencyStore } from '@base/application/idempotency'
import { createCache } from '@base/cache/cache'
import { memoryCacheStore } from '@base/cache/store'
import { TestClock } from '@base/core/testing'
import { AdaptiveBulkhead } from '@base/resilience/adaptive-bulkhead'
import { Bulkhead } from '@base/resilience/bulkhead'
import { Chaos } from '@base/resilience/chaos'
import { CircuitBreaker } from '@base/resilience/circuit-breaker'
import { Fallback } from '@base/resilience/fallback'
import { Hedge } from '@base/resilience/hedge'
import { memoryRateLimitStore, RateLimiter } from '@base/resilience/rate-limiter'
import { constant, Retry } from '@base/resilience/retry'
import { Timeout } from '@base/resilience/timeout'
import { createHealth } from '../health/index.js'

/** Blocks that are busy, and fail a lot: one round makes each of them tell what it can tell. */
export interface BusyBlocks {
  work(): Promise<void>
  close(): Promise<void>
}

const down = () => Promise.reject(new TypeError('The bank is away.'))
const quietly = (promise: Promise<unknown>) => promise.catch(() => {})

export function busyBlocks(): BusyBlocks {
  const clock = new TestClock()
  const policies = policiesOf(clock)
  const others = othersOf(clock)
  return {
    work: async () => {
      await policies()
      await others.work()
      for (const [name, message] of RARE) channel(name).publish(message)
    },
    close: others.close,
  }
}

function policiesOf(clock: TestClock): () => Promise<void> {
  const failing = failingPolicies(clock)
  const waiting = waitingPolicies(clock)
  return async () => {
    await failing()
    await waiting()
  }
}

function failingPolicies(clock: TestClock): () => Promise<void> {
  const breaker = new CircuitBreaker({
    name: 'flapping',
    window: { type: 'count', size: 2, failureRate: 1, minimumCalls: 2 },
    slowCall: { duration: 10, rate: 1 },
    recoveryTimeout: '1s',
    clock,
  })
  const open = new CircuitBreaker({ name: 'open', failureThreshold: 1, recoveryTimeout: '7d', clock })
  const isolated = new CircuitBreaker({ name: 'isolated', clock })
  isolated.isolate()
  const retry = new Retry({ name: 'bank', maxAttempts: 2, backoff: constant(0) })
  const fallback = new Fallback({ name: 'prices', fallback: () => 'old' })
  const chaos = new Chaos({
    name: 'monkey',
    rate: 1,
    error: () => new Error('x'),
    enabled: () => true,
    clock,
  })
  return async () => {
    await quietly(open.execute(down))
    await quietly(isolated.execute(() => 'up'))
    const slow = [1, 2].map(() => quietly(breaker.execute(() => clock.sleep(20))))
    await clock.advance('2s')
    await Promise.all(slow)
    // The probe that closes it.
    await breaker.execute(() => 'up')
    await quietly(retry.execute(down))
    await quietly(fallback.execute(down))
    await quietly(chaos.execute(() => 'never'))
  }
}

function waitingPolicies(clock: TestClock): () => Promise<void> {
  const timeout = new Timeout({ name: 'slow', timeout: '1s', clock })
  const hedge = new Hedge({ name: 'replica', delay: 50, clock })
  const bulkhead = new Bulkhead({ name: 'reports', maxConcurrent: 1, maxQueue: 1, clock })
  const adaptive = new AdaptiveBulkhead({ name: 'search', initial: 20, min: 1, max: 1_000, clock })
  const limiter = new RateLimiter({
    name: 'api',
    policies: [{ limit: 1, window: '2s' }],
    maxWait: '10s',
    clock,
  })
  const store = { ...methodsOf(memoryRateLimitStore({ clock })), consume: down }
  const lost = new RateLimiter({ name: 'lost', policies: '1/second', store, clock })
  return async () => {
    let calls = 0
    const hedged = quietly(hedge.execute<unknown>(() => (++calls === 1 ? clock.sleep('3s') : 'quick')))
    const late = quietly(timeout.execute(() => clock.sleep('1m')))
    const slots = [1, 2, 3].map(() => quietly(bulkhead.execute(() => clock.sleep('2s'))))
    const round = Array.from({ length: adaptive.stats.limit }, () =>
      quietly(adaptive.execute(() => clock.sleep(10))),
    )
    const turns = [1, 2].map(() => quietly(limiter.execute(() => 'turn', { key: 'k' })))
    await limiter.consume('k')
    await lost.consume('k')
    for (let second = 0; second < 10; second++) await clock.advance('1s')
    await Promise.all([hedged, late, ...slots, ...round, ...turns])
  }
}

function othersOf(clock: TestClock): BusyBlocks {
  const layers = [memoryCacheStore({ maxEntries: 2, clock })]
  const cache = createCache({ layers, clock, ttl: 1_000, grace: '1h', jitter: [0, 0] })
  const idempotency = createIdempotency({ store: memoryIdempotencyStore({ clock }), clock })
  const broken = { ...methodsOf(memoryIdempotencyStore({ clock })), claim: down }
  const failing = createIdempotency({ store: broken, clock })
  let isUp = false
  const health = createHealth({
    clock,
    checks: {
      db: { check: () => false },
      disk: { check: () => ({ status: 'warn' }) },
      queue: { check: () => isUp },
    },
  })
  let round = 0
  const work = async () => {
    round++
    isUp = !isUp
    await cache.getOrSet('stale', () => 1)
    await cache.get('stale')
    // More than one a second, also on the mean of a quarter of an hour of which there were only seconds.
    for (let id = 0; id < 300; id++) await cache.get(`missing ${id}`)
    await clock.advance('1m')
    await quietly(cache.getOrSet('stale', down))
    for (const key of ['a', 'b', 'c']) await cache.set(`${key}${round}`, 1)
    await cache.delete('a')
    await idempotency.run(`key-${round}`, 'print', () => 'done')
    await idempotency.run(`key-${round}`, 'print', () => 'again')
    const unclaimed = quietly(failing.run('k', 'print', () => 'never'))
    await clock.advance('1m')
    await unclaimed
    await clock.advance('1m')
    await health.ready()
  }
  return { work, close: () => cache.close() }
}

/** What has little to do with how a service is called, in the words of those who tell it. */
const RARE: readonly (readonly [channel: string, message: object])[] = [
  ['base:application:idempotency:lost', { key: 'k' }],
  ['base:auth:audit:failed', { chain: 'audit', action: 'user.delete', error: new Error('full') }],
  ['base:auth:authorization:decided', { decision: 'deny', action: 'order:read', reasons: [], errors: [] }],
  ['base:auth:jwks:fetch_failed', { url: 'https://login.example.com/keys', error: new Error('away') }],
  ['base:auth:jwks:fetched', { url: 'https://login.example.com/keys', keys: 2, ignored: 0 }],
  ['base:auth:key-ring:compromised', { kid: 'k1' }],
  ['base:auth:key-ring:rotated', { kid: 'k2', activatesAt: 0 }],
  ['base:auth:key-ring:rotation_failed', { error: new Error('away') }],
  ['base:auth:oauth:discovery_failed', { issuer: 'https://login.example.com', error: new Error('away') }],
  ['base:auth:oauth:refused', { code: 'OAUTH_DENIED', reason: 'no', issuer: 'https://login.example.com' }],
  ['base:auth:passwords:unreadable', { kdf: 'argon2id' }],
  ['base:auth:recovery-codes:redeemed', { sub: 'ann' }],
  ['base:auth:refresh:reused', { sub: 'ann', clientId: 'web', familyId: 'f', withinGrace: false }],
  ['base:auth:totp:locked', { sub: 'ann', lockedUntil: 0 }],
  [
    'base:auth:verifier:refused',
    { code: 'TOKEN_EXPIRED', reason: 'late', issuer: 'https://login.example.com' },
  ],
  [
    'base:drizzle:query:end',
    { summary: 'select orders', operation: 'select', table: 'orders', sql: 'select', duration: 300, rows: 1 },
  ],
  [
    'base:drizzle:query:end',
    {
      summary: 'insert orders',
      operation: 'insert',
      table: 'orders',
      sql: 'insert',
      duration: 3,
      state: '23505',
      error: new Error('taken'),
    },
  ],
  ['base:drizzle:query:slow', { table: 'orders', operation: 'find', sql: 'select', duration: 300 }],
  ['base:resilience:pipeline:warning', { code: 'fallback_inside', message: 'put it outermost' }],
]

/** Those of its prototype, bound. */
function methodsOf<T extends object>(store: T): T {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(store)) as (keyof T)[]
  const bound = names.filter((name) => typeof store[name] === 'function' && name !== 'constructor')
  return Object.fromEntries(bound.map((name) => [name, (store[name] as () => void).bind(store)])) as T
}
