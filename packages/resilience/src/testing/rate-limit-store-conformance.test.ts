import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { memoryRateLimitStore } from '../rate-limiter/memory-store.js'
import type { RateLimit } from '../rate-limiter/store.js'
import { answering, bound, consuming, countedAs, lawsOf, policiesOf, type Twin } from './broken.fixture.js'
import { rateLimitStoreConformance } from './index.js'

describe('memoryRateLimitStore', () => {
  rateLimitStoreConformance(
    () => {
      const clock = new TestClock()
      return { subject: memoryRateLimitStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
    },
    { test },
  )
})

describe('a memoryRateLimitStore with room for two keys', () => {
  test('still knows the one that it was asked for last', () => {
    const store = memoryRateLimitStore({ clock: new TestClock(), maxKeys: 2 })
    const limit = { name: 'a', policies: [policyOf({ limit: 2, window: 1_000 })] }
    for (const key of ['a', 'b', 'c', 'c']) store.consume(key, 1, limit)
    expect([store.size, store.consume('c', 1, limit).allowed]).toEqual([2, false])
  })
})

function policyOf({ limit, window }: { limit: number; window: number }) {
  return { name: 'p', algorithm: 'gcra' as const, burst: limit, limit, window }
}

/** What breaks each law. */
const twins: Record<string, Twin> = {
  'the limit may be spent, and no more': consuming(
    (consume) => (key, cost, limit) =>
      consume(
        key,
        cost,
        policiesOf(limit, (policy) => ({ limit: policy.limit + 1, burst: policy.burst + 1 })),
      ),
  ),
  'a cost counts as so many calls': consuming(
    (consume) => (key, cost, limit) => consume(key, Math.min(cost, 1), limit),
  ),
  'a call that is not allowed is charged nothing': consuming((consume) => (key, cost, limit) => {
    const result = consume(key, cost, limit)
    if (!result.allowed) while (consume(key, 1, limit).allowed) {}
    return result
  }),
  'of several policies all are charged, or none': consuming((consume) => (key, cost, limit) => {
    const results = limit.policies.map((policy) => consume(key, cost, { ...limit, policies: [policy] }))
    return {
      allowed: results.every(({ allowed }) => allowed),
      policies: results.flatMap(({ policies }) => policies),
    }
  }),
  'each policy answers, in order, and says which one refuses': answering(({ allowed, policies }) => ({
    allowed,
    policies: policies.toReversed(),
  })),
  'a cost of 0 looks, and charges nothing': consuming(
    (consume) => (key, cost, limit) => consume(key, Math.max(1, cost), limit),
  ),
  'more than may be spent at once is never allowed': answering(({ allowed, policies }) => ({
    allowed,
    policies: policies.map((policy) => ({ ...policy, retryAfter: policy.retryAfter ?? 60_000 })),
  })),
  'a burst is what may be spent at once': consuming(
    (consume) => (key, cost, limit) =>
      consume(
        key,
        cost,
        policiesOf(limit, ({ limit }) => ({ burst: limit })),
      ),
  ),
  'of a hundred at once no more than the limit are allowed': (store) => ({
    // Reads, and writes later.
    consume: async (key, cost, limit) => {
      const { policies } = await store.consume(key, 0, limit)
      await Promise.resolve()
      const allowed = policies.every(({ remaining }) => remaining >= cost)
      if (allowed) await store.consume(key, cost, limit)
      return { allowed, policies }
    },
    reset: () => {},
    block: () => {},
  }),
  'after retryAfter it is allowed, and not much earlier': answering(({ allowed, policies }) => ({
    allowed,
    policies: policies.map((policy) => ({ ...policy, retryAfter: policy.retryAfter && 1 })),
  })),
  'after resetAfter it is as new': answering(({ allowed, policies }) => ({
    allowed,
    policies: policies.map((policy) => ({ ...policy, resetAfter: Math.ceil(policy.resetAfter / 2) })),
  })),
  'what paces gives back bit by bit, and a log all at once': consuming(
    (consume) => (key, cost, limit) =>
      consume(
        key,
        cost,
        policiesOf(limit, () => ({ algorithm: 'sliding_log' })),
      ),
  ),
  'what slides forgets nothing where a window of the clock ends': countedAs('sliding_window', 'fixed_window'),
  'a burst comes back at the pace of the limit': (store, clock) => {
    const ends = new Map<string, number>()
    return {
      ...bound(store),
      consume: async (key, cost, limit) => {
        const place = `${limit.name} ${key}`
        if ((ends.get(place) ?? Number.POSITIVE_INFINITY) <= clock.monotonic()) await store.reset(key, limit)
        const result = await store.consume(key, cost, limit)
        if (result.allowed && cost > 0) ends.set(place, clock.monotonic() + (limit.policies[0]?.window ?? 0))
        return result
      },
    }
  },
  // As rate-limiter-flexible in Redis, whose keys live whole seconds.
  'what a window below a second has counted ends with it': consuming(
    (consume) => (key, cost, limit) =>
      consume(
        key,
        cost,
        policiesOf(limit, ({ window }) => ({ window: Math.ceil(window / 1_000) * 1_000 })),
      ),
  ),
  'keys do not know each other': consuming(
    (consume) => (key, cost, limit) => consume(key.toLowerCase(), cost, limit),
  ),
  'limits of other names do not know each other, however they are joined with a key': consuming(
    (consume) => (key, cost, limit) => consume(`${limit.name}:${key}`, cost, { ...limit, name: '' }),
  ),
  'limits of the same name and policies share their counts, of other policies not': (() => {
    const names = new WeakMap<RateLimit, string>()
    let made = 0
    const nameOf = (limit: RateLimit) => {
      const name = names.get(limit) ?? `${made++}`
      names.set(limit, name)
      return name
    }
    return consuming((consume) => (key, cost, limit) => consume(key, cost, { ...limit, name: nameOf(limit) }))
  })(),
  'a reset key is as new': (store) => ({ ...bound(store), reset: () => {} }),
  'a blocked key is allowed nothing until its block is over': (store) => ({
    ...bound(store),
    block: () => {},
  }),
  'what is refused does not prolong a block, and a later block replaces it': (store) => {
    const blocks = new Map<string, number>()
    return {
      ...bound(store),
      consume: async (key, cost, limit) => {
        const result = await store.consume(key, cost, limit)
        const block = blocks.get(key)
        if (!result.allowed && block !== undefined) await store.block(key, block, limit)
        return result
      },
      block: (key, duration, limit) => {
        blocks.set(key, duration)
        return store.block(key, duration, limit)
      },
    }
  },
  'a block may be longer than the windows, and than the one before': (store) => ({
    ...bound(store),
    block: (key, duration, limit) =>
      store.block(
        key,
        duration === Number.POSITIVE_INFINITY ? duration : Math.min(duration, limit.policies[0]?.window ?? 0),
        limit,
      ),
  }),
  'a block without an end lasts until it is reset': (store) => ({
    ...bound(store),
    block: (key, duration, limit) => store.block(key, Math.min(duration, 2_000), limit),
  }),
}

describe('rateLimitStoreConformance rejects a store of which it is not true that', () => {
  let twin: Twin = (store) => store
  const laws = lawsOf(() => twin)

  test.each(laws)('%s', async (law, prove) => {
    twin = (store) => store
    await prove()
    twin = twins[law] as Twin
    await expect(prove()).rejects.toThrow()
  })

  test('has a twin for every law', () => {
    expect(Object.keys(twins)).toEqual(laws.map(([law]) => law))
  })
})
