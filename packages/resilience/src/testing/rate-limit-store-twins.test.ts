import { describe, expect, test } from 'vitest'
import type { RateLimit, RateLimitStore } from '../rate-limiter/store.js'
import {
  answering,
  bound,
  consuming,
  countedAs,
  counting,
  lawsOf,
  renaming,
  type Twin,
} from './broken.fixture.js'

/** Blocks as the store does, and remembers which keys were. */
function blocksOf(store: RateLimitStore) {
  const blocked = new Set<string>()
  const block: RateLimitStore['block'] = (key, duration, limit) => {
    blocked.add(key)
    return store.block(key, duration, limit)
  }
  return { blocked, block }
}

/** Beside those that break each law as a whole: what breaks a part of one. */
const twins: readonly (readonly [what: string, law: string, twin: Twin])[] = [
  [
    'that normalizes keys',
    'keys do not know each other',
    renaming(
      (key) => key.normalize(),
      (limit) => limit,
    ),
  ],
  [
    'that says of a log to retry after a whole window',
    'after retryAfter it is allowed, and not much earlier',
    consuming((consume) => (key, cost, limit) => {
      const { allowed, policies } = consume(key, cost, limit)
      const isLog = limit.policies[0]?.algorithm === 'sliding_log'
      return {
        allowed,
        policies: policies.map((policy) => ({
          ...policy,
          retryAfter: isLog && policy.retryAfter ? policy.window : policy.retryAfter,
        })),
      }
    }),
  ],
  [
    'that says of a window to retry at once',
    'after retryAfter it is allowed, and not much earlier',
    consuming((consume) => (key, cost, limit) => {
      const { allowed, policies } = consume(key, cost, limit)
      const isWindow = limit.policies[0]?.algorithm.endsWith('_window')
      return {
        allowed,
        policies: policies.map((policy) => ({
          ...policy,
          retryAfter: isWindow && policy.retryAfter ? 1 : policy.retryAfter,
        })),
      }
    }),
  ],
  [
    'that rounds up what is left',
    'after retryAfter it is allowed, and not much earlier',
    consuming((consume) => (key, cost, limit) => {
      const { allowed, policies } = consume(key, cost, limit)
      return {
        allowed,
        policies: policies.map((policy, place) => {
          const { algorithm = 'gcra', burst = 0 } = limit.policies[place] ?? {}
          const owed = Math.floor((policy.resetAfter * policy.limit) / policy.window)
          return algorithm === 'gcra' || algorithm === 'token_bucket'
            ? { ...policy, remaining: burst - owed }
            : policy
        }),
      }
    }),
  ],
  [
    'that counts a log as a fixed window',
    'what slides forgets nothing where a window of the clock ends',
    countedAs('sliding_log', 'fixed_window'),
  ],
  [
    'that counts a bucket as a log',
    'what paces gives back bit by bit, and a log all at once',
    countedAs('token_bucket', 'sliding_log'),
  ],
  [
    'that counts gcra as a log',
    'what paces gives back bit by bit, and a log all at once',
    countedAs('gcra', 'sliding_log'),
  ],
  [
    'that says when to retry also where a call is allowed',
    'the limit may be spent, and no more',
    answering(({ allowed, policies }) => ({
      allowed,
      policies: policies.map((policy) => ({
        ...policy,
        retryAfter: allowed && policy.remaining === 0 ? policy.resetAfter : policy.retryAfter,
      })),
    })),
  ],
  [
    'that lets a burst below the limit be the limit',
    'a burst is what may be spent at once',
    counting(({ limit, burst }) => ({ burst: Math.max(limit, burst) })),
  ],
  [
    'whose reset forgets one policy of two',
    'a reset key is as new',
    (store) => {
      const alone = (limit: RateLimit) => limit.policies.map((policy) => ({ ...limit, policies: [policy] }))
      return {
        consume: async (key, cost, limit) => {
          const results = await Promise.all(alone(limit).map((each) => store.consume(key, cost, each)))
          return {
            allowed: results.every(({ allowed }) => allowed),
            policies: results.flatMap(({ policies }) => policies),
          }
        },
        reset: (key, limit) => store.reset(key, alone(limit)[0] ?? limit),
        block: (key, duration, limit) => alone(limit).map((each) => store.block(key, duration, each)),
      }
    },
  ],
  [
    'whose reset leaves a block that has an end',
    'a block without an end lasts until it is reset',
    (store, clock) => {
      const blocks = new Map<string, number>()
      return {
        ...bound(store),
        block: (key, duration, limit) => {
          blocks.set(`${limit.name} ${key}`, clock.now() + duration)
          return store.block(key, duration, limit)
        },
        reset: async (key, limit) => {
          await store.reset(key, limit)
          const left = (blocks.get(`${limit.name} ${key}`) ?? 0) - clock.now()
          if (left > 0 && left < Number.POSITIVE_INFINITY) await store.block(key, left, limit)
        },
      }
    },
  ],
  [
    'that resets a key in every limit',
    'a reset key is as new',
    (store) => {
      const limits = new Map<string, RateLimit>()
      return {
        ...bound(store),
        consume: (key, cost, limit) => {
          limits.set(limit.name, limit)
          return store.consume(key, cost, limit)
        },
        reset: async (key) => {
          for (const limit of limits.values()) await store.reset(key, limit)
        },
      }
    },
  ],
  [
    'that blocks a key in every limit',
    'a blocked key is allowed nothing until its block is over',
    (store) => {
      const limits = new Map<string, RateLimit>()
      const blocked = new Map<string, number>()
      return {
        ...bound(store),
        consume: async (key, cost, limit) => {
          if (!limits.has(limit.name) && blocked.has(key))
            await store.block(key, blocked.get(key) ?? 0, limit)
          limits.set(limit.name, limit)
          return store.consume(key, cost, limit)
        },
        block: (key, duration, limit) => {
          limits.set(limit.name, limit)
          blocked.set(key, duration)
          return store.block(key, duration, limit)
        },
      }
    },
  ],
  [
    'whose blocks end early',
    'a block may be longer than the windows, and than the one before',
    (store) => ({ ...bound(store), block: (key, duration, limit) => store.block(key, duration / 2, limit) }),
  ],
  [
    'whose blocks are never prolonged',
    'a block may be longer than the windows, and than the one before',
    (store, clock) => {
      let until = 0
      return {
        ...bound(store),
        block: (key, duration, limit) => {
          if (clock.now() < until && clock.now() + duration > until) return
          until = clock.now() + duration
          return store.block(key, duration, limit)
        },
      }
    },
  ],
  [
    'whose blocks forget what was spent',
    'a blocked key is allowed nothing until its block is over',
    (store) => ({
      ...bound(store),
      block: async (key, duration, limit) => {
        await store.reset(key, limit)
        await store.block(key, duration, limit)
      },
    }),
  ],
  [
    'that shows a blocked key to nobody who looks',
    'a blocked key is allowed nothing until its block is over',
    (store) => {
      const { blocked, block } = blocksOf(store)
      return {
        ...bound(store),
        block,
        consume: async (key, cost, limit) => {
          const result = await store.consume(key, cost, limit)
          if (cost > 0 || !blocked.has(key)) return result
          return { allowed: true, policies: result.policies.map((policy) => ({ ...policy, retryAfter: 0 })) }
        },
      }
    },
  ],
  [
    'whose blocks count for the first policy alone',
    'a blocked key is allowed nothing until its block is over',
    (store) => {
      const { blocked, block } = blocksOf(store)
      return {
        ...bound(store),
        block,
        consume: async (key, cost, limit) => {
          const { allowed, policies } = await store.consume(key, cost, limit)
          if (!blocked.has(key)) return { allowed, policies }
          return {
            allowed,
            policies: policies.map((policy, place) => (place === 0 ? policy : { ...policy, retryAfter: 0 })),
          }
        },
      }
    },
  ],
  [
    'that knows a limit by its name and its algorithms',
    'limits of the same name and policies share their counts, of other policies not',
    consuming((consume) => {
      const first = new Map<string, RateLimit>()
      return (key, cost, limit) => {
        const place = JSON.stringify([limit.name, limit.policies.map(({ algorithm }) => algorithm)])
        const known = first.get(place) ?? limit
        first.set(place, known)
        return consume(key, cost, known)
      }
    }),
  ],
]

describe('rateLimitStoreConformance', () => {
  test.each(twins)('finds a store %s', async (_, law, twin) => {
    const broken: string[] = []
    for (const [name, prove] of lawsOf(() => twin)) await prove().catch(() => broken.push(name))
    expect(broken).toContain(law)
  })
})
