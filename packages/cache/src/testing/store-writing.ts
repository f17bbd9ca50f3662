import { assert, type Law } from '@base/core/testing'
import type { CacheStore } from '../store/cache-store.js'
import { entryOf, tagsOf, textOf } from './store-entries.js'

/** What is written takes the place of what was there. */
export function writing(law: Law<CacheStore>): void {
  law('several are written at once', async (store) => {
    const written = await store.setMany([
      ['a', await entryOf(store, 'one')],
      ['b', await entryOf(store, 'two')],
    ])
    assert.deepEqual(written, [true, true])
    assert.deepEqual((await store.getMany(['a', 'b'], [])).entries.map(textOf), ['one', 'two'])
  })

  law('several that are written at once have tags of their own', async (store) => {
    await store.setMany([
      ['a', await entryOf(store, 'one', { tags: ['t', 'u'] })],
      ['b', await entryOf(store, 'two', { tags: ['v'] })],
      ['c', await entryOf(store, 'three')],
    ])
    assert.deepEqual(await tagsOf(store, ['a', 'b', 'c']), [['t', 'u'], ['v'], []])
  })

  law('an entry that is written anew has its new tags alone', async (store) => {
    for (const tags of [['t', 'u'], ['u', 'v'], []]) {
      await store.set('a', await entryOf(store, 'one', { tags }))
      assert.deepEqual(await tagsOf(store, ['a']), [tags])
    }
  })

  law('what is deleted is gone', async (store) => {
    await store.setMany([
      ['a', await entryOf(store, 'one')],
      ['b', await entryOf(store, 'two')],
    ])
    assert.equal(typeof (await store.delete(['a', 'x'])), 'bigint')
    assert.deepEqual((await store.getMany(['a', 'b'], [])).entries.map(textOf), [undefined, 'two'])
  })

  law('an entry that is set without a condition is written in any case', async (store) => {
    await store.delete(['a'])
    await store.set('a', await entryOf(store, 'one'))
    await store.set('a', await entryOf(store, 'two'))
    assert.equal(textOf((await store.getMany(['a'], [])).entries[0]), 'two')
  })
}
