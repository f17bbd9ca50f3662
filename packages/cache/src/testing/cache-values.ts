import { assert, type Law } from '@base/core/testing'
import type { Cache } from '../cache/cache.js'

/** A value comes back as it was given. */
export function values(law: Law<Cache>): void {
  kinds(law)
  lives(law)
}

function kinds(law: Law<Cache>): void {
  law('a value comes back equal, of the same types', async (cache) => {
    const value = {
      at: new Date(1_700_000_000_000),
      map: new Map<unknown, unknown>([[{ k: 1 }, new Set([1n, -0, Number.NaN])]]),
      bytes: new Uint8Array([0, 255]),
      url: new URL('https://example.com/?q=ü'),
      none: [undefined, null],
      $tag: '$date',
    }
    await cache.set('a', value)
    assert.deepEqual(await cache.get('a'), value)
  })

  law('undefined and null are values', async (cache) => {
    await cache.setMany([
      ['u', undefined],
      ['n', null],
    ])
    assert.deepEqual([await cache.has('u'), await cache.has('n'), await cache.has('x')], [true, true, false])
    assert.deepEqual(await cache.getMany(['n', 'u', 'x']), [null, undefined, undefined])
    assert.equal(await cache.get('n'), null)
    const [none, nothing] = [await cache.getEntry('u'), await cache.getEntry('x')]
    assert.deepEqual([none !== undefined, none?.value, nothing], [true, undefined, undefined])
  })

  law('undefined and null that were loaded are not loaded again', async (cache) => {
    let loads = 0
    for (const value of [undefined, null]) {
      for (let call = 0; call < 2; call++) {
        const loaded = await cache.getOrSet(`loaded ${value}`, () => {
          loads++
          return value
        })
        assert.equal(loaded, value)
      }
    }
    assert.equal(loads, 2)
  })
}

function lives(law: Law<Cache>): void {
  law('a value is fresh for its ttl', async (cache, advance) => {
    await cache.set('a', 1, { ttl: 1_000 })
    await cache.set('b', 2)
    await advance(1_100)
    assert.deepEqual(await cache.getMany(['a', 'b']), [undefined, 2])
  })

  law('a ttl of 0 stores nothing, and what was there goes', async (cache) => {
    await cache.set('a', 1)
    await cache.set('a', 2, { ttl: 0 })
    await cache.getOrSet('b', () => 3, { ttl: 0 })
    assert.deepEqual(await cache.getMany(['a', 'b']), [undefined, undefined])
  })

  law('of several each has its own options, and each is deleted', async (cache) => {
    await cache.setMany([
      ['a', 1, { ttl: 0 }],
      ['b', 2, { tags: ['t'] }],
      ['c', 3],
      ['d', 4],
      ['e', 5],
    ])
    await cache.deleteByTag('t')
    assert.deepEqual(await cache.getMany(['a', 'b', 'c', 'd', 'e']), [undefined, undefined, 3, 4, 5])
    await cache.deleteMany(['c', 'd'])
    assert.deepEqual(await cache.getMany(['c', 'd', 'e']), [undefined, undefined, 5])
  })

  law('nobody changes what others get', async (cache) => {
    const map = new Map([['a', 1]])
    await cache.set('a', map)
    map.clear()
    const mine = await cache.get<Map<string, number>>('a')
    mine?.clear()
    assert.deepEqual(await cache.get('a'), new Map([['a', 1]]))
  })

  law('nobody changes what others get of a load', async (cache) => {
    const given = { list: [1] }
    const load = async () => given
    const [mine] = await Promise.all([cache.getOrSet('a', load), cache.getOrSet('a', load)])
    given.list.push(2)
    // It may be frozen.
    Reflect.set(mine.list, 1, 3)
    const other = await cache.get<typeof given>('a')
    Reflect.set(other?.list ?? [], 1, 4)
    assert.deepEqual(await cache.get('a'), { list: [1] })
  })
}
