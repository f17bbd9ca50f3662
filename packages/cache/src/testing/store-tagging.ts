import { assert, type Law } from '@base/core/testing'
import type { CacheStore } from '../store/cache-store.js'
import { entryOf, loadAll, versionOf } from './store-entries.js'

/** A tag has the mark of its last bump, by which the cache judges entries. */
export function tagging(law: Law<CacheStore>): void {
  marks(law)
  versions(law)
}

function marks(law: Law<CacheStore>): void {
  law('a tag without a bump has the mark 0, one with it a mark above older entries', async (store) => {
    await store.set('a', await entryOf(store, 'one', { tags: ['t'] }))
    const before = await store.getMany(['a'], ['t', 'u'])
    assert.deepEqual(before.marks, [0n, 0n])
    await store.bumpTags(['t'])
    const { marks, entries } = await store.getMany(['a'], ['u', 't'])
    const entry = entries[0]
    assert.equal(marks[0], 0n)
    assert.ok((marks[1] as bigint) > (before.entries[0]?.version as bigint))
    assert.ok(entry === undefined || entry.version < (marks[1] as bigint))
  })

  law('several tags are marked at once', async (store) => {
    await store.set('a', await entryOf(store, 'one', { tags: ['t', 'u'] }))
    const [entry] = (await store.getMany(['a'], [])).entries
    await store.bumpTags(['t', 'u'])
    const { marks } = await store.getMany(['a'], ['t', 'u', 'v'])
    const isAbove = (mark: bigint) => mark > (entry?.version as bigint)
    assert.deepEqual(marks.map(isAbove), [true, true, false])
  })

  law('marks are given without keys', async (store) => {
    await store.bumpTags(['t'])
    const { marks } = await store.getMany(['a'], ['t'])
    assert.deepEqual((await store.getMany([], ['t', 'u'])).marks, [...marks, 0n])
    assert.ok((marks[0] as bigint) > 0n)
  })
}

function versions(law: Law<CacheStore>): void {
  law('a bump refuses no load without the tag', async (store) => {
    const version = await versionOf(store, ['a', 'b'])
    await store.bumpTags(['t'])
    const tagged = await entryOf(store, 'one', { tags: ['u'] })
    assert.equal(await store.set('a', tagged, { unlessDeletedSince: version }), true)
    assert.deepEqual(await loadAll(store, ['b'], version), [true])
  })

  law('what is set after a bump is valid, at once', async (store) => {
    for (let round = 0; round < 20; round++) {
      await store.bumpTags(['t'])
      await store.set('a', await entryOf(store, 'one', { tags: ['t'] }))
      const { entries, marks } = await store.getMany(['a'], ['t'])
      assert.ok((entries[0]?.version as bigint) >= (marks[0] as bigint))
    }
  })

  law(
    'a load has the version at which it began, so that a bump meanwhile makes it invalid',
    async (store) => {
      const { version } = await store.getMany(['a'], ['t'])
      await store.bumpTags(['t'])
      await store.set('a', await entryOf(store, 'old', { tags: ['t'] }), { unlessDeletedSince: version })
      const { entries, marks } = await store.getMany(['a'], ['t'])
      assert.ok(entries[0] === undefined || entries[0].version < (marks[0] as bigint))
    },
  )
}
