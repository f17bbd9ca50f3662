import { assert, type Law } from '@base/core/testing'
import type { ApiKeyStore, StoredApiKey } from '../api-keys/api-key-store.js'
import { add, alive, find, known, listed, rotate, TTL } from './api-key-subject.js'
import { hashOf } from './handles.js'
import { DAY, HOUR, MOMENT } from './times.js'

/** New secrets, and for how long. */
export function rotating(law: Law<ApiKeyStore>): void {
  law(
    'a new secret is good for as long as the first, and the one before for the overlap',
    async (store, advance) => {
      await add(store, 'a', { name: 'mine' })
      await advance(DAY)
      const { secrets: _, ...facts } = (await find(store, 'a')) as StoredApiKey
      const rotated = (await rotate(store, 'a', 'a1')) as StoredApiKey
      assert.deepEqual(rotated, await find(store, 'a'))
      const { secrets, ...kept } = rotated
      assert.deepEqual(kept, facts)
      const at = (secrets[0]?.expiresAt ?? 0) - TTL
      assert.ok(at >= facts.createdAt + DAY)
      assert.deepEqual(secrets, [
        { hash: hashOf('a1'), expiresAt: at + TTL, isAlive: true },
        { hash: hashOf('a0'), expiresAt: at + HOUR, isAlive: true },
      ])
      await advance(HOUR - MOMENT)
      assert.deepEqual(await alive(store, 'a'), ['a1', 'a0'])
      await advance(MOMENT)
      assert.deepEqual(await alive(store, 'a'), ['a1'])
      await advance(TTL - DAY)
      assert.deepEqual(await listed(store), ['a'])
      await advance(DAY)
      assert.deepEqual([await alive(store, 'a'), await listed(store)], [[], []])
    },
  )

  law('an overlap prolongs nothing', async (store, advance) => {
    await add(store, 'a')
    await rotate(store, 'a', 'a1', 2 * HOUR)
    const end = (await find(store, 'a'))?.secrets[1]?.expiresAt
    await rotate(store, 'a', 'a2', DAY)
    const { secrets = [] } = (await find(store, 'a')) ?? {}
    assert.equal(secrets[2]?.expiresAt, end)
    await advance(2 * HOUR)
    assert.deepEqual(await alive(store, 'a'), ['a2', 'a1'])
    await rotate(store, 'a', 'a3', 3 * TTL)
    assert.deepEqual(await alive(store, 'a'), ['a3', 'a2', 'a1'])
    await advance(DAY)
    assert.deepEqual(await alive(store, 'a'), ['a3', 'a2'])
    await advance(TTL)
    assert.deepEqual(await alive(store, 'a'), [])
  })
}

/** What is left of the secrets before. */
export function overlapping(law: Law<ApiKeyStore>): void {
  law('without an overlap everything before ends at once', async (store) => {
    await add(store, 'a')
    await rotate(store, 'a', 'a1')
    await rotate(store, 'a', 'a2', 0)
    const { secrets = [] } = (await find(store, 'a')) ?? {}
    assert.deepEqual(
      secrets.map(({ isAlive }) => isAlive),
      [true, false, false],
    )
  })

  law('of a key without an end only the secrets before have one', async (store, advance) => {
    await add(store, 'a', { ttl: undefined })
    const [present, before] = (await rotate(store, 'a', 'a1'))?.secrets ?? []
    assert.equal(present?.expiresAt, undefined)
    assert.equal(typeof before?.expiresAt, 'number')
    await advance(3 * TTL)
    assert.deepEqual([await alive(store, 'a'), await listed(store)], [['a1'], ['a']])
  })

  law('the last ten secrets are known', async (store) => {
    await add(store, 'a')
    for (let n = 1; n <= 12; n++) await rotate(store, 'a', `a${n}`)
    const last = Array.from({ length: 10 }, (_, index) => hashOf(`a${12 - index}`))
    assert.deepEqual(await known(store, 'a'), last)
  })
}
