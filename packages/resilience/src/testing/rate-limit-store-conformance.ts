import { assert, type ConformanceOptions, laws, type Make } from '@base/core/testing'
import type { RateLimit, RateLimitPolicy, RateLimitResult, RateLimitStore } from '../rate-limiter/store.js'

const ALGORITHMS = ['gcra', 'token_bucket', 'sliding_log', 'sliding_window', 'fixed_window'] as const
/** So long that a slow test does not see the next one. */
const HOUR = 3_600_000
const SECOND = 1_000

/** What a law is proved with. */
interface Proof {
  readonly store: RateLimitStore
  readonly advance: (milliseconds: number) => Promise<void>
}
type Law = (name: string, prove: (proof: Proof) => Promise<void>) => void

/**
 * What every {@link RateLimitStore} must do; a store is one when it passes this against the real system.
 *
 * `make` gives a store without counts. `advance(d)` lets a time of at most some seconds pass for it: in memory by its
 * TestClock, on a server by waiting. Laws allow a real system some time for each answer.
 *
 * @example
 * import { TestClock } from '@base/core/testing'
 * import { memoryRateLimitStore } from '@base/resilience/rate-limiter'
 * import { rateLimitStoreConformance } from '@base/resilience/testing'
 * import { test } from 'vitest'
 *
 * rateLimitStoreConformance(
 *   () => {
 *     const clock = new TestClock()
 *     return { subject: memoryRateLimitStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
 *   },
 *   { test },
 * )
 */
export function rateLimitStoreConformance(make: Make<RateLimitStore>, options: ConformanceOptions): void {
  const register = laws('RateLimitStore', make, options)
  const law: Law = (name, prove) => register(name, (store, advance) => prove({ store, advance }))
  spending(law)
  policies(law)
  costs(law)
  time(law)
  identity(law)
  orders(law)
  blocks(law)
}

function spending(law: Law): void {
  law('the limit may be spent, and no more', async ({ store }) => {
    for (const algorithm of ALGORITHMS) {
      const limit = limitOf([{ algorithm, limit: 3, window: HOUR }], algorithm)
      const left: (number | boolean)[] = []
      for (let call = 0; call < 4; call++) {
        const { allowed, policies } = await store.consume('a', 1, limit)
        left.push(allowed, policies[0]?.remaining ?? -1)
      }
      assert.deepEqual(left, [true, 2, true, 1, true, 0, false, 0], algorithm)
    }
  })

  law('a cost counts as so many calls', async ({ store }) => {
    for (const algorithm of ALGORITHMS) {
      const limit = limitOf([{ algorithm, limit: 10, window: HOUR }], algorithm)
      assert.deepEqual(seen(await store.consume('a', 7, limit)), [true, 3], algorithm)
    }
  })

  law('a call that is not allowed is charged nothing', async ({ store }) => {
    for (const algorithm of ALGORITHMS) {
      const limit = limitOf([{ algorithm, limit: 10, window: HOUR }], algorithm)
      await store.consume('a', 4, limit)
      for (let call = 0; call < 3; call++)
        assert.deepEqual(seen(await store.consume('a', 7, limit)), [false, 6], algorithm)
      assert.deepEqual(seen(await store.consume('a', 6, limit)), [true, 0], algorithm)
    }
  })
}

function policies(law: Law): void {
  law('of several policies all are charged, or none', async ({ store }) => {
    const wide = { name: 'wide', limit: 10, window: HOUR } as const
    const narrow = { name: 'narrow', limit: 2, window: HOUR } as const
    for (const algorithm of ALGORITHMS)
      for (const [order, policies] of [
        ['wide first', [wide, narrow]],
        ['narrow first', [narrow, wide]],
      ] as const) {
        const limit = limitOf(
          policies.map((policy) => ({ ...policy, algorithm })),
          `${algorithm} ${order}`,
        )
        for (let call = 0; call < 5; call++) await store.consume('a', 1, limit)
        const result = await store.consume('a', 0, limit)
        const left = result.policies.map(({ name, remaining }) => `${name} ${remaining}`)
        assert.deepEqual(left.toSorted(), ['narrow 0', 'wide 8'], `${algorithm}, ${order}`)
      }
  })

  law('each policy answers, in order, and says which one refuses', async ({ store }) => {
    const limit = limitOf([
      { name: 'wide', limit: 10, window: HOUR },
      { name: 'narrow', limit: 1, window: HOUR / 2 },
    ])
    await store.consume('a', 1, limit)
    const { allowed, policies } = await store.consume('a', 1, limit)
    const [wide, narrow] = policies
    assert.equal(allowed, false)
    assert.deepEqual(
      policies.map(({ name, limit, window }) => [name, limit, window]),
      [
        ['wide', 10, HOUR],
        ['narrow', 1, HOUR / 2],
      ],
    )
    assert.equal(wide?.retryAfter, 0)
    assert.ok(Number(narrow?.retryAfter) > 0, 'the policy that refuses says when it will not')
  })
}

function costs(law: Law): void {
  law('a cost of 0 looks, and charges nothing', async ({ store }) => {
    const limit = limitOf([{ limit: 2, window: HOUR }])
    assert.deepEqual(seen(await store.consume('a', 0, limit)), [true, 2])
    await store.consume('a', 2, limit)
    for (let look = 0; look < 3; look++) assert.deepEqual(seen(await store.consume('a', 0, limit)), [true, 0])
  })

  law('more than may be spent at once is never allowed', async ({ store }) => {
    for (const algorithm of ALGORITHMS) {
      const limit = limitOf([{ algorithm, limit: 5, window: SECOND }], algorithm)
      const { allowed, policies } = await store.consume('a', 6, limit)
      assert.deepEqual(
        [allowed, policies[0]?.retryAfter, policies[0]?.remaining],
        [false, null, 5],
        algorithm,
      )
    }
  })

  law('a burst is what may be spent at once', async ({ store }) => {
    for (const algorithm of ['gcra', 'token_bucket'] as const) {
      const limit = limitOf([{ algorithm, limit: 2, window: HOUR, burst: 5 }], algorithm)
      assert.deepEqual(seen(await store.consume('a', 5, limit)), [true, 0], algorithm)
      assert.deepEqual(seen(await store.consume('a', 1, limit)), [false, 0], algorithm)
    }
  })

  law('of a hundred at once no more than the limit are allowed', async ({ store }) => {
    for (const algorithm of ALGORITHMS) {
      const limit = limitOf([{ algorithm, limit: 10, window: HOUR }], algorithm)
      const calls = Array.from({ length: 100 }, async () => store.consume('a', 1, limit))
      const allowed = (await Promise.all(calls)).filter((result) => result.allowed)
      assert.equal(allowed.length, 10, algorithm)
    }
  })
}

function time(law: Law): void {
  law('after retryAfter it is allowed, and not much earlier', async ({ store, advance }) => {
    for (const algorithm of ['gcra', 'token_bucket', 'sliding_log'] as const) {
      const limit = limitOf([{ algorithm, limit: 2, window: SECOND, burst: 2 }], algorithm)
      await store.consume('a', 2, limit)
      const wait = Number((await store.consume('a', 1, limit)).policies[0]?.retryAfter)
      assert.ok(Number.isSafeInteger(wait) && wait > 0 && wait <= SECOND, `${algorithm}: retryAfter ${wait}`)
      await advance(Math.floor(wait / 2))
      assert.equal((await store.consume('a', 1, limit)).allowed, false, `${algorithm}: half of it is enough`)
      await advance(Math.ceil(wait / 2))
      assert.equal((await store.consume('a', 1, limit)).allowed, true, `${algorithm}: it is not enough`)
    }
  })

  law('after resetAfter it is as new', async ({ store, advance }) => {
    for (const algorithm of ALGORITHMS) {
      const limit = limitOf([{ algorithm, limit: 5, window: SECOND }], algorithm)
      const { policies } = await store.consume('a', 3, limit)
      const rest = Number(policies[0]?.resetAfter)
      assert.ok(
        Number.isSafeInteger(rest) && rest > 0 && rest <= 2 * SECOND,
        `${algorithm}: resetAfter ${rest}`,
      )
      await advance(rest)
      const later = await store.consume('a', 0, limit)
      assert.deepEqual([seen(later), later.policies[0]?.resetAfter], [[true, 5], 0], algorithm)
    }
  })

  law('what paces gives back bit by bit, and a log all at once', async ({ store, advance }) => {
    const paced = limitOf([{ algorithm: 'gcra', limit: 2, window: SECOND }], 'paced')
    const logged = limitOf([{ algorithm: 'sliding_log', limit: 2, window: SECOND }], 'logged')
    for (const limit of [paced, logged]) await store.consume('a', 2, limit)
    await advance(SECOND * 0.6)
    assert.equal((await store.consume('a', 1, paced)).allowed, true, 'gcra')
    assert.equal((await store.consume('a', 1, logged)).allowed, false, 'sliding_log')
  })

  law('what a window below a second has counted ends with it', async ({ store, advance }) => {
    for (const algorithm of ALGORITHMS) {
      const limit = limitOf([{ algorithm, limit: 1, window: 300 }], algorithm)
      await store.consume('a', 1, limit)
      await advance(600)
      assert.equal((await store.consume('a', 1, limit)).allowed, true, algorithm)
    }
  })
}

function identity(law: Law): void {
  law('keys do not know each other', async ({ store }) => {
    const limit = limitOf([{ limit: 1, window: HOUR }])
    for (const key of ['a', 'A', 'a ', 'a:b', 'b', '{a}', '*', '__proto__', 'constructor', 'ä', '😀'])
      assert.equal((await store.consume(key, 1, limit)).allowed, true, key)
  })

  law(
    'limits of other names do not know each other, however they are joined with a key',
    async ({ store }) => {
      const policies = [{ limit: 1, window: HOUR }] as const
      for (const [name, key] of [
        ['a', 'b:c'],
        ['a:b', 'c'],
        ['a', 'b'],
        ['b', 'a'],
      ] as const)
        assert.equal((await store.consume(key, 1, limitOf(policies, name))).allowed, true, `${name}, ${key}`)
    },
  )

  law('limits of the same name and policies share their counts, of other policies not', async ({ store }) => {
    await store.consume('a', 1, limitOf([{ limit: 1, window: HOUR }]))
    assert.equal((await store.consume('a', 1, limitOf([{ limit: 1, window: HOUR }]))).allowed, false)
    const other = limitOf([{ limit: 1, window: HOUR, algorithm: 'fixed_window' }])
    assert.equal((await store.consume('a', 1, other)).allowed, true)
  })
}

function orders(law: Law): void {
  law('a reset key is as new', async ({ store }) => {
    for (const algorithm of ALGORITHMS) {
      const limit = limitOf([{ algorithm, limit: 2, window: HOUR }], algorithm)
      await store.consume('a', 2, limit)
      await store.consume('b', 2, limit)
      await store.reset('a', limit)
      assert.deepEqual(seen(await store.consume('a', 0, limit)), [true, 2], algorithm)
      assert.deepEqual(
        seen(await store.consume('b', 0, limit)),
        [true, 0],
        `${algorithm}: another key is reset`,
      )
    }
    await store.reset('nobody', limitOf([{ limit: 1, window: HOUR }]))
  })

  law('a blocked key is allowed nothing until its block is over', async ({ store, advance }) => {
    const limit = limitOf([{ limit: 2, window: HOUR }])
    await store.block('a', SECOND, limit)
    const { allowed, policies } = await store.consume('a', 1, limit)
    const wait = Number(policies[0]?.retryAfter)
    assert.deepEqual([allowed, policies[0]?.remaining], [false, 2])
    assert.ok(wait > 0 && wait <= SECOND, `retryAfter ${wait}`)
    assert.equal((await store.consume('b', 1, limit)).allowed, true, 'another key is blocked')
    await advance(SECOND)
    assert.deepEqual(seen(await store.consume('a', 1, limit)), [true, 1])
  })
}

function blocks(law: Law): void {
  law(
    'what is refused does not prolong a block, and a later block replaces it',
    async ({ store, advance }) => {
      const limit = limitOf([{ limit: 2, window: HOUR }])
      await store.block('a', SECOND, limit)
      await advance(SECOND / 2)
      await store.consume('a', 1, limit)
      await advance(SECOND / 2)
      assert.equal((await store.consume('a', 1, limit)).allowed, true)
      await store.block('a', HOUR, limit)
      await store.block('a', SECOND, limit)
      await advance(SECOND)
      assert.equal((await store.consume('a', 1, limit)).allowed, true)
    },
  )

  law('a block without an end lasts until it is reset', async ({ store, advance }) => {
    const limit = limitOf([{ limit: 2, window: SECOND }])
    await store.block('a', Number.POSITIVE_INFINITY, limit)
    await advance(3 * SECOND)
    const { allowed, policies } = await store.consume('a', 1, limit)
    assert.deepEqual([allowed, policies[0]?.retryAfter], [false, null])
    await store.reset('a', limit)
    assert.equal((await store.consume('a', 1, limit)).allowed, true)
  })
}

type PolicyLike = Partial<RateLimitPolicy> & Pick<RateLimitPolicy, 'limit' | 'window'>

/** As a limiter makes it: complete, frozen, and anew each time. */
function limitOf(policies: readonly PolicyLike[], name = 'limit'): RateLimit {
  return Object.freeze({
    name,
    policies: Object.freeze(
      policies.map((policy, index) =>
        Object.freeze({
          name: `policy-${index}`,
          algorithm: 'gcra' as const,
          burst: policy.limit,
          ...policy,
        }),
      ),
    ),
  })
}

function seen({ allowed, policies }: RateLimitResult): [boolean, number | undefined] {
  return [allowed, policies[0]?.remaining]
}
