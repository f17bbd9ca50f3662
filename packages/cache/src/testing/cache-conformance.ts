import { assert, type ConformanceOptions, type Law, laws, type Make } from '@base/core/testing'
import type { Cache } from '../cache/cache.js'

/**
 * What a {@link Cache} must do over any layers, such as memory above a store of yours. It needs a ttl of at least a minute
 * and no jitter.
 *
 * @example
 * import { cacheConformance } from '@base/cache/testing'
 * import { TestClock } from '@base/core/testing'
 * import { test } from 'vitest'
 *
 * cacheConformance(
 *   () => {
 *     const clock = new TestClock()
 *     const cache = createCache({ layers: [memoryCacheStore({ clock })], jitter: [0, 0], clock })
 *     return { subject: cache, advance: (d) => clock.advance(d), dispose: () => cache.close() }
 *   },
 *   { test },
 * )
 */
export function cacheConformance(make: Make<Cache>, options: ConformanceOptions): void {
  const law = laws('Cache', make, options)
  values(law)
  loads(law)
  tags(law)
  namespaces(law)
}

function values(law: Law<Cache>): void {
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

  law('a value is fresh for its ttl', async (cache, advance) => {
    await cache.set('a', 1, { ttl: 1_000 })
    await cache.set('b', 2)
    await advance(1_100)
    assert.deepEqual(await cache.getMany(['a', 'b']), [undefined, 2])
  })

  law('nobody changes what others get', async (cache) => {
    const map = new Map([['a', 1]])
    await cache.set('a', map)
    map.clear()
    const mine = await cache.get<Map<string, number>>('a')
    mine?.clear()
    assert.deepEqual(await cache.get('a'), new Map([['a', 1]]))
  })
}

function loads(law: Law<Cache>): void {
  law('a crowd at a cold key is one load', async (cache) => {
    let loads = 0
    const load = async () => ++loads
    const values = await Promise.all(Array.from({ length: 100 }, () => cache.getOrSet('a', load)))
    assert.deepEqual([loads, new Set(values)], [1, new Set([1])])
  })

  law('a load that fails fails its crowd, once, and is not remembered', async (cache) => {
    let loads = 0
    const load = async () => {
      loads++
      throw new Error('down')
    }
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => cache.getOrSet('a', load)))
    assert.ok(results.every(({ status }) => status === 'rejected'))
    assert.equal(loads, 1)
    assert.equal(await cache.getOrSet('a', () => 'up'), 'up')
  })

  const changes: readonly (readonly [string, (cache: Cache) => Promise<void>, unknown])[] = [
    ['a deletion', (cache) => cache.delete('k'), undefined],
    ['the invalidation of its tag', (cache) => cache.deleteByTag('t'), undefined],
    ['a pattern', (cache) => cache.deleteByPattern('k*'), undefined],
    ['a clearing', (cache) => cache.clear(), undefined],
    ['a set', (cache) => cache.set('k', 'set'), 'set'],
  ]
  for (const [name, change, left] of changes) {
    law(`${name} wins over a load that began before`, async (cache) => {
      let resolve: (value: string) => void = () => {}
      let started: () => void = () => {}
      const isStarted = new Promise<void>((onStart) => {
        started = onStart
      })
      const load = () => {
        started()
        return new Promise<string>((onResolve) => {
          resolve = onResolve
        })
      }
      const waiting = cache.getOrSet('k', load, { tags: ['t'] })
      await isStarted
      await change(cache)
      resolve('old')
      assert.equal(await waiting, 'old')
      assert.equal(await cache.get('k'), left)
    })
  }
}

function tags(law: Law<Cache>): void {
  law('a tag invalidates what has it, and what is set after is valid', async (cache) => {
    await cache.set('a', 1, { tags: ['t', 'u'] })
    await cache.set('b', 2, { tags: ['u'] })
    await cache.deleteByTag('t')
    await cache.set('c', 3, { tags: ['t'] })
    assert.deepEqual(await cache.getMany(['a', 'b', 'c']), [undefined, 2, 3])
  })
}

function namespaces(law: Law<Cache>): void {
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
