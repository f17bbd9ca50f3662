import { assert } from '@base/core/testing'
import { ALGORITHMS, HOUR, type Law, limitOf, SECOND, seen } from './rate-limits.js'

/** What is spent, and what is not. */
export function spending(law: Law): void {
  law('the limit may be spent, and no more', async ({ store }) => {
    for (const algorithm of ALGORITHMS) {
      const limit = limitOf([{ algorithm, limit: 3, window: HOUR }], algorithm)
      const left: (number | boolean)[] = []
      for (let call = 0; call < 4; call++) {
        const { allowed, policies } = await store.consume('a', 1, limit)
        left.push(allowed, policies[0]?.remaining ?? -1)
        assert.equal(policies[0]?.retryAfter === 0, allowed, `${algorithm}: retryAfter`)
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

/** Several policies decide as one. */
export function policies(law: Law): void {
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

/** What a call may cost. */
export function costs(law: Law): void {
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
    for (const algorithm of ['gcra', 'token_bucket'] as const)
      for (const burst of [2, 5]) {
        const which = `${algorithm}, a burst of ${burst}`
        const limit = limitOf([{ algorithm, limit: 3, window: HOUR, burst }], which)
        assert.deepEqual(seen(await store.consume('a', burst + 1, limit)), [false, burst], which)
        assert.deepEqual(seen(await store.consume('a', burst, limit)), [true, 0], which)
        assert.deepEqual(seen(await store.consume('a', 1, limit)), [false, 0], which)
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
