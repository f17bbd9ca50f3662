import { assert, type Law } from '@base/core/testing'
import type { CacheStore } from '../store/cache-store.js'
import { entryOf, loadAll, manyKeys, versionOf } from './store-entries.js'

/** As long as `advance` may let pass. */
const LATER = 10_000

/** A deletion, a clearing and a mark are known for as long as it takes. */
export function remembering(law: Law<CacheStore>): void {
  law(
    'a load that began before a deletion or a clearing is refused, however late it comes',
    async (store, advance) => {
      const changes = [() => store.delete(['a', 'b']), () => store.clear()]
      for (const change of changes) {
        const old = await entryOf(store, 'old')
        const unlessDeletedSince = await versionOf(store, ['a', 'b'])
        await change()
        await advance(LATER)
        assert.equal(await store.set('a', old, { unlessDeletedSince }), false)
        assert.deepEqual(await store.setMany([['b', old] as const], { unlessDeletedSince }), [false])
      }
    },
  )

  law('and however much is deleted meanwhile', async (store) => {
    const version = await versionOf(store, ['a'])
    await store.delete(['a'])
    await store.delete(manyKeys())
    assert.deepEqual(await loadAll(store, ['a'], version), [false])
  })

  law('and whatever has been written and has ended meanwhile', async (store, advance) => {
    const entry = await entryOf(store, 'short')
    const version = await versionOf(store, ['a'])
    await store.delete(['a'])
    const unlessDeletedSince = await versionOf(store, ['a'])
    const staleUntil = (entry.createdAt ?? 0) + LATER / 2
    await store.set('a', { ...entry, expiresAt: staleUntil, staleUntil }, { unlessDeletedSince })
    await advance(LATER)
    assert.deepEqual(await loadAll(store, ['a'], version), [false])
  })

  law('a mark stays, after a clearing and however much later', async (store, advance) => {
    await store.bumpTags(['t'])
    const markOf = async () => (await store.getMany([], ['t'])).marks[0] as bigint
    const mark = await markOf()
    await store.clear()
    assert.ok((await markOf()) >= mark, 'the clearing has taken it')
    await advance(LATER)
    assert.ok((await markOf()) >= mark, 'time has taken it')
  })
}
