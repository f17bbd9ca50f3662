import { assert, type Law } from '@base/core/testing'
import type { CacheStore } from '../store/cache-store.js'
import { collect, entryOf, manyKeys, rejection } from './store-entries.js'

/** Keys are found by a pattern. */
export function searching(law: Law<CacheStore>): void {
  law('only the star is special in a pattern', async (store) => {
    const keys = ['user:1', 'user:2', 'users', 'a*b', 'aXb', 'a?b', '[ab]', 'User:1', 'a\\*b']
    for (const key of keys) await store.set(key, await entryOf(store, key))
    const scan = async (pattern: string) => [...new Set(await collect(store.scan(pattern)))].sort()
    assert.deepEqual(await scan('user:*'), ['user:1', 'user:2'])
    assert.deepEqual(await scan('a?b'), ['a?b'])
    assert.deepEqual(await scan('[ab]'), ['[ab]'])
    assert.deepEqual(await scan('a*b'), ['a*b', 'a?b', 'aXb', 'a\\*b'].sort())
    assert.deepEqual(await scan('*'), [...keys].sort())
    assert.deepEqual(await scan('nothing*'), [])
  })

  law('a star stands for any text, line breaks and all', async (store) => {
    const keys = ['user:1', 'user:\n1', 'user:\r\n', 'user:\u2028', '\nuser:1']
    for (const key of keys) await store.set(key, await entryOf(store, key))
    assert.deepEqual([...new Set(await collect(store.scan('user:*')))].sort(), keys.slice(0, 4).sort())
    assert.deepEqual([...new Set(await collect(store.scan('*1')))].sort(), [keys[0], keys[1], keys[4]].sort())
  })

  law('a scan finds all keys, however many', async (store) => {
    const entry = await entryOf(store, '')
    const keys = manyKeys().sort()
    await store.setMany([...keys, 'other'].map((key) => [key, entry] as const))
    assert.deepEqual([...new Set(await collect(store.scan('key:*')))].sort(), keys)
  })

  law('a scan ends with the reason of a signal that aborts meanwhile', async (store) => {
    const entry = await entryOf(store, '')
    await store.setMany(manyKeys().map((key) => [key, entry] as const))
    const reason = new Error('gone')
    const controller = new AbortController()
    const reading = (async () => {
      for await (const _ of store.scan('*', controller)) controller.abort(reason)
    })()
    assert.equal(await rejection(reading), reason)
  })
}
