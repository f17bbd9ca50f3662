import { assert, type Law } from '@base/core/testing'
import type { CacheStore } from '../store/cache-store.js'
import { collect, entryOf, rejection, textOf, versionOf } from './store-entries.js'

/** Nothing is left, and the version goes on. */
export function clearing(law: Law<CacheStore>): void {
  law('after a clearing nothing is left, and loads that began before it are refused', async (store) => {
    await store.set('a', await entryOf(store, 'one'))
    const version = await versionOf(store, ['a'])
    await store.clear()
    assert.equal((await store.getMany(['a'], [])).entries[0], undefined)
    const old = await entryOf(store, 'old')
    assert.equal(await store.set('b', old, { unlessDeletedSince: version }), false)
    assert.deepEqual(await store.setMany([['c', old] as const], { unlessDeletedSince: version }), [false])
    await store.set('a', await entryOf(store, 'two'))
    assert.equal(textOf((await store.getMany(['a'], [])).entries[0]), 'two')
  })

  law('the version only grows', async (store) => {
    let last = await versionOf(store, [])
    const changes = [
      async () => store.set('a', await entryOf(store, 'one')),
      () => store.delete(['a']),
      () => store.bumpTags(['t']),
      () => store.clear(),
    ]
    for (const change of changes) {
      await change()
      const version = await versionOf(store, [])
      assert.ok(version > last)
      last = version
    }
  })
}

/** It ends where it is told to. */
export function closing(law: Law<CacheStore>): void {
  law('an aborted signal reads nothing', async (store) => {
    const reason = new Error('gone')
    const signal = AbortSignal.abort(reason)
    await store.set('a', await entryOf(store, 'one'))
    assert.equal(await rejection(store.getMany(['a'], [], { signal })), reason)
    assert.equal(await rejection(collect(store.scan('*', { signal }))), reason)
  })

  law('it closes as often as it is asked to', async (store) => {
    await store.close()
    await store.close()
  })
}
