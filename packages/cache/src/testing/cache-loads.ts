import { assert, type Law } from '@base/core/testing'
import type { Cache } from '../cache/cache.js'

/** A load runs once, and loses against what is changed meanwhile. */
export function loads(law: Law<Cache>): void {
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
