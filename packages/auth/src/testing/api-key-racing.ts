import { assert, type Law } from '@base/core/testing'
import type { ApiKeyStore } from '../api-keys/api-key-store.js'
import { add, alive, find, idOf, known, listed, rotate } from './api-key-subject.js'
import { HOUR } from './times.js'

/** Many at once. */
export function races(law: Law<ApiKeyStore>): void {
  const many = Array.from({ length: 50 }, (_, index) => index)

  law(
    'of 50 rotations at once one gives the present secret, and the others end with the overlap',
    async (store, advance) => {
      await add(store, 'a')
      const all = await Promise.all(many.map((n) => rotate(store, 'a', `x${n}`)))
      assert.ok(all.every((key) => key !== undefined))
      assert.equal(new Set(await known(store, 'a')).size, 10)
      await advance(HOUR)
      assert.equal((await alive(store, 'a')).length, 1)
    },
  )

  law('a rotation or a use that is under way does not bring a revoked key back', async (store) => {
    for (const round of many.slice(0, 20)) {
      const name = `r${round}-`
      await add(store, name)
      const work = () => [rotate(store, name, `${name}1`), store.touch(idOf(name), Date.now())]
      const before = work()
      const ended = round % 2 ? store.revokeAll('owner', Date.now()) : store.revoke(idOf(name), Date.now())
      await Promise.all([...before, ended, ...work()])
      assert.notEqual((await find(store, name))?.revokedAt, undefined)
      assert.deepEqual(await listed(store), [])
    }
  })

  law('revoking all reaches every key that was created before', async (store) => {
    await Promise.all(many.map((n) => add(store, `m${n}-`)))
    assert.equal(await store.revokeAll('owner', Date.now()), many.length)
    assert.deepEqual(await listed(store), [])
  })

  law('of 50 revocations at once exactly one ends the key', async (store) => {
    await add(store, 'a')
    const all = await Promise.all(many.map(() => store.revoke(idOf('a'), Date.now())))
    assert.equal(all.filter(Boolean).length, 1)
  })
}
