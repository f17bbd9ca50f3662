import { assert } from '@base/core/testing'
import { ALGORITHMS, HOUR, type Law, limitOf, SECOND, seen } from './rate-limits.js'

/** A reset forgets. */
export function resets(law: Law): void {
  law('a reset key is as new', async ({ store }) => {
    for (const algorithm of ALGORITHMS) {
      const policies = [2, 3].map((limit) => ({ algorithm, limit, window: HOUR, name: `of ${limit}` }))
      const limit = limitOf(policies, algorithm)
      const other = limitOf(policies, `other ${algorithm}`)
      await store.consume('a', 2, limit)
      await store.consume('b', 2, limit)
      await store.consume('a', 2, other)
      await store.reset('a', limit)
      const left = (await store.consume('a', 0, limit)).policies.map(({ remaining }) => remaining)
      assert.deepEqual(left, [2, 3], algorithm)
      for (const [what, key, limited] of [
        ['key', 'b', limit],
        ['limit', 'a', other],
      ] as const)
        assert.deepEqual(
          seen(await store.consume(key, 0, limited)),
          [true, 0],
          `${algorithm}: another ${what} is reset`,
        )
    }
    await store.reset('nobody', limitOf([{ limit: 1, window: HOUR }]))
  })
}

/** A block holds. */
export function blocks(law: Law): void {
  holds(law)
  lengths(law)
}

function holds(law: Law): void {
  law('a blocked key is allowed nothing until its block is over', async ({ store, advance }) => {
    const policies = [3, 5].map((limit) => ({ limit, window: HOUR, name: `of ${limit}` }))
    const limit = limitOf(policies)
    await store.consume('a', 1, limit)
    await store.block('a', SECOND, limit)
    for (const cost of [0, 1]) {
      const result = await store.consume('a', cost, limit)
      assert.deepEqual(seen(result), [false, 2], `a cost of ${cost}`)
      for (const { name, retryAfter } of result.policies)
        assert.ok(Number(retryAfter) > 0 && Number(retryAfter) <= SECOND, `${name}: retryAfter ${retryAfter}`)
    }
    assert.equal((await store.consume('b', 1, limit)).allowed, true, 'another key is blocked')
    assert.equal(
      (await store.consume('a', 1, limitOf(policies, 'other'))).allowed,
      true,
      'another limit is blocked',
    )
    await advance(SECOND)
    assert.deepEqual(seen(await store.consume('a', 1, limit)), [true, 1])
  })

  law(
    'what is refused does not prolong a block, and a later block replaces it',
    async ({ store, advance }) => {
      const limit = limitOf([{ limit: 2, window: HOUR }])
      await store.block('a', SECOND, limit)
      await advance(SECOND / 2)
      assert.equal((await store.consume('a', 1, limit)).allowed, false)
      await advance(SECOND / 2)
      assert.equal((await store.consume('a', 1, limit)).allowed, true)
      await store.block('a', HOUR, limit)
      await store.block('a', SECOND, limit)
      await advance(SECOND)
      assert.equal((await store.consume('a', 1, limit)).allowed, true)
    },
  )
}

function lengths(law: Law): void {
  law('a block may be longer than the windows, and than the one before', async ({ store, advance }) => {
    const limit = limitOf([{ limit: 2, window: SECOND }])
    await store.block('a', SECOND, limit)
    await store.block('a', 3 * SECOND, limit)
    await advance(2 * SECOND)
    assert.equal((await store.consume('a', 1, limit)).allowed, false, 'it has ended too early')
    await advance(SECOND)
    assert.deepEqual(seen(await store.consume('a', 1, limit)), [true, 1])
  })

  law('a block without an end lasts until it is reset', async ({ store, advance }) => {
    const limit = limitOf([{ limit: 2, window: SECOND }])
    await store.block('a', Number.POSITIVE_INFINITY, limit)
    await advance(3 * SECOND)
    const { allowed, policies } = await store.consume('a', 1, limit)
    assert.deepEqual([allowed, policies[0]?.retryAfter], [false, null])
    await store.reset('a', limit)
    assert.equal((await store.consume('a', 1, limit)).allowed, true)
    await store.block('a', HOUR, limit)
    await store.reset('a', limit)
    assert.equal((await store.consume('a', 1, limit)).allowed, true, 'the reset has left a block')
  })
}
