import { assert, type Law } from '@base/core/testing'
import type { Cache } from '../cache/cache.js'

/** Tags reach what has them. */
export function tags(law: Law<Cache>): void {
  law('a tag invalidates what has it, and what is set after is valid', async (cache) => {
    await cache.set('a', 1, { tags: ['t', 'u'] })
    await cache.set('b', 2, { tags: ['u'] })
    await cache.deleteByTag('t')
    await cache.set('c', 3, { tags: ['t'] })
    assert.deepEqual(await cache.getMany(['a', 'b', 'c']), [undefined, 2, 3])
  })
}

/** Namespaces reach what is theirs. */
export function namespaces(law: Law<Cache>): void {
  law('namespaces do not know each other, and clear only what is theirs', async (cache) => {
    const users = cache.namespace('users')
    const archive = users.namespace('archive')
    await cache.set('archive:k', 1)
    await users.set('archive:k', 2)
    await archive.set('k', 3)
    await users.clear()
    assert.deepEqual(
      [await cache.get('archive:k'), await users.get('archive:k'), await archive.get('k')],
      [1, undefined, undefined],
    )
  })

  law('a pattern stays within its namespace', async (cache) => {
    const users = cache.namespace('users')
    await cache.setMany([
      ['a:1', 1],
      ['b:1', 2],
    ])
    await users.set('a:1', 3)
    await cache.deleteByPattern('a*')
    assert.deepEqual(await cache.getMany(['a:1', 'b:1']), [undefined, 2])
    assert.equal(await users.get('a:1'), 3)
  })
}
