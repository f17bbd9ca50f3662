import { assert, type Law } from '@base/core/testing'
import type { CacheStore } from '../store/cache-store.js'
import { collect, entryOf, loadAll, textOf, versionOf } from './store-entries.js'

/** A load is written where nothing newer is known. */
export function loading(law: Law<CacheStore>): void {
  deletions(law)
  writes(law)
  endings(law)
}

function deletions(law: Law<CacheStore>): void {
  law('a load that began before a deletion is not written, one that begins after is', async (store) => {
    const version = await versionOf(store, ['a'])
    const deleted = await store.delete(['a'])
    assert.ok(deleted > version)
    assert.equal(await store.set('a', await entryOf(store, 'old'), { unlessDeletedSince: version }), false)
    assert.equal((await store.getMany(['a'], [])).entries[0], undefined)
    const later = await versionOf(store, ['a'])
    assert.equal(await store.set('a', await entryOf(store, 'new'), { unlessDeletedSince: later }), true)
    assert.equal(textOf((await store.getMany(['a'], [])).entries[0]), 'new')
  })

  law('a deletion of several refuses the loads of each, whether it was there or not', async (store) => {
    const keys = ['a', 'b', 'missing']
    await store.set('a', await entryOf(store, 'one'))
    await store.set('b', await entryOf(store, 'two'))
    const version = await versionOf(store, keys)
    await store.delete(keys)
    assert.deepEqual(await loadAll(store, keys, version), [false, false, false])
  })

  law('a deletion refuses no load of another key', async (store) => {
    const version = await versionOf(store, ['a'])
    await store.delete(['b'])
    assert.equal(await store.set('a', await entryOf(store, 'one'), { unlessDeletedSince: version }), true)
  })

  law('the same holds for several at once', async (store) => {
    const version = await versionOf(store, [])
    await store.delete(['a'])
    const written = await store.setMany(
      [
        ['a', await entryOf(store, 'old')],
        ['b', await entryOf(store, 'two')],
      ],
      { unlessDeletedSince: version },
    )
    assert.deepEqual(written, [false, true])
    assert.deepEqual((await store.getMany(['a', 'b'], [])).entries.map(textOf), [undefined, 'two'])
  })
}

function writes(law: Law<CacheStore>): void {
  law('a load that begins right after a change is written', async (store) => {
    // First, for it may write: nothing shall lie between the change and the load.
    const [entry, load] = [await entryOf(store, 'one'), await entryOf(store, 'load')]
    const changes = [
      () => store.delete(['a', 'b']),
      () => store.set('a', entry),
      () => store.setMany([['a', entry] as const]),
      () => store.bumpTags(['t']),
      () => store.clear(),
    ]
    for (const change of changes) {
      await change()
      const unlessDeletedSince = await versionOf(store, ['a', 'b'])
      assert.equal(await store.set('a', load, { unlessDeletedSince }), true)
      assert.deepEqual(await store.setMany([['b', load] as const], { unlessDeletedSince }), [true])
      assert.deepEqual((await store.getMany(['a', 'b'], [])).entries.map(textOf), ['load', 'load'])
    }
  })

  law('a load does not overwrite what was set after it began', async (store) => {
    const version = await versionOf(store, ['a'])
    await store.set('a', await entryOf(store, 'set'))
    assert.equal(await store.set('a', await entryOf(store, 'load'), { unlessDeletedSince: version }), false)
    assert.equal(textOf((await store.getMany(['a'], [])).entries[0]), 'set')
  })

  law('nor what several were set to at once', async (store) => {
    const keys = ['a', 'b']
    // First, for it may write.
    const entry = await entryOf(store, 'set')
    const version = await versionOf(store, keys)
    await store.setMany(keys.map((key) => [key, entry] as const))
    assert.deepEqual(await loadAll(store, keys, version), [false, false])
    assert.deepEqual((await store.getMany(keys, [])).entries.map(textOf), ['set', 'set'])
  })
}

function endings(law: Law<CacheStore>): void {
  law('an entry that has ended takes away what it is not older than, and nothing else', async (store) => {
    await store.set('a', await entryOf(store, 'one'))
    const version = await versionOf(store, ['a'])
    await store.set('b', await entryOf(store, 'two'))
    const ended = await entryOf(store, '', { createdAt: 0, expiresAt: 0, staleUntil: 0 })
    const written = await store.setMany(
      ['a', 'b'].map((key) => [key, ended] as const),
      { unlessDeletedSince: version },
    )
    assert.deepEqual(written, [true, false])
    assert.deepEqual((await store.getMany(['a', 'b'], [])).entries.map(textOf), [undefined, 'two'])
    assert.deepEqual(await collect(store.scan('*')), ['b'])
    assert.equal(await store.set('b', ended), true)
    assert.deepEqual(await collect(store.scan('*')), [])
  })
}
