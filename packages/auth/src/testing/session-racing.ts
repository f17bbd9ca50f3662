import { assert, type Law } from '@base/core/testing'
import type { SessionStore } from '../tokens/sessions/session-store.js'
import { handleOf, hashOf } from './handles.js'
import { change, created, get, listed } from './session-subject.js'
import { HOUR } from './times.js'

/** Many at once. */
export function races(law: Law<SessionStore>): void {
  const many = Array.from({ length: 50 }, (_, index) => index)

  law('of 50 that give a new id at once exactly one succeeds', async (store) => {
    await created(store, 'a')
    const all = await Promise.all(many.map((n) => change(store, 'a', 'a0', { hash: hashOf(`x${n}`) })))
    assert.equal(all.filter((session) => session !== undefined).length, 1)
    for (const n of many) assert.equal((await get(store, 'a', `x${n}`)) !== undefined, all[n] !== undefined)
    assert.deepEqual(await listed(store), [handleOf('a')])
  })

  law('a change that is under way does not bring a destroyed session back', async (store) => {
    for (const round of many.slice(0, 20)) {
      const name = `r${round}-`
      await created(store, name)
      const use = () => change(store, name, `${name}0`, { idleTtl: HOUR, data: '"used"' })
      const first = use()
      const ended =
        round % 2
          ? store.destroyAll('user', Date.now())
          : store.destroy(handleOf(name), undefined, Date.now())
      await Promise.all([first, ended, use(), use()])
      assert.equal(await get(store, name, `${name}0`), undefined)
      assert.deepEqual(await listed(store), [])
    }
  })

  law('destroying all reaches every session that was created before', async (store) => {
    const names = many.map((n) => `m${n}-`)
    await Promise.all(names.map((name) => created(store, name)))
    assert.equal((await listed(store)).length, names.length)
    assert.equal(await store.destroyAll('user', Date.now()), names.length)
    assert.deepEqual(await listed(store), [])
  })
}
