import { assert, type Law } from '@base/core/testing'
import type { Cache } from '../cache/cache.js'
import type { LoadContext } from '../cache/load-context.js'

/** A load runs once, and loses against what is changed meanwhile. */
export function loads(law: Law<Cache>): void {
  crowds(law)
  changedMeanwhile(law)
  givingUp(law)
}

/** A crowd at one key. */
function crowds(law: Law<Cache>): void {
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
}

/** What is changed while it is loaded. */
function changedMeanwhile(law: Law<Cache>): void {
  const changes: readonly (readonly [string, (cache: Cache) => Promise<void>, unknown])[] = [
    ['a deletion', (cache) => cache.delete('k'), undefined],
    ['the invalidation of its tag', (cache) => cache.deleteByTag('t'), undefined],
    ['a pattern', (cache) => cache.deleteByPattern('k*'), undefined],
    ['a clearing', (cache) => cache.clear(), undefined],
    ['a set', (cache) => cache.set('k', 'set'), 'set'],
  ]
  for (const [name, change, left] of changes) {
    law(`${name} wins over a load that began before`, async (cache) => {
      const { load, hasBegun, end } = heldLoad()
      const waiting = cache.getOrSet('k', load, { tags: ['t'] })
      await hasBegun
      await change(cache)
      end('old')
      assert.equal(await waiting, 'old')
      assert.equal(await cache.get('k'), left)
    })
  }
}

/** Who gives up, and what a load says of itself. */
function givingUp(law: Law<Cache>): void {
  law('who gives up leaves the load to the others, and the last one ends it', async (cache) => {
    const [first, last] = [new AbortController(), new AbortController()]
    const shared = heldLoad()
    const crowd = [
      cache.getOrSet('a', shared.load, { signal: first.signal }),
      cache.getOrSet('a', shared.load),
    ]
    await shared.hasBegun
    first.abort('first')
    shared.end('loaded')
    assert.deepEqual(await Promise.all(crowd.map(outcomeOf)), ['first', 'loaded'])

    const lonely = heldLoad()
    const waiting = cache.getOrSet('b', lonely.load, { signal: last.signal })
    const { signal } = await lonely.hasBegun
    last.abort('last')
    lonely.end('late')
    assert.equal(await outcomeOf(waiting), 'last')
    assert.equal(signal.aborted, true)
    assert.equal(await cache.getOrSet('b', () => 'anew'), 'anew')
  })

  law('a load says by which tags it is kept, for how long, and whether at all', async (cache) => {
    const loading = (tell: (context: LoadContext) => void) => (context: LoadContext) => {
      tell(context)
      return 1
    }
    await cache.getOrSet(
      'a',
      loading((context) => context.setTags(['u'])),
      { tags: ['t'] },
    )
    await cache.getOrSet(
      'b',
      loading((context) => context.setTtl(0)),
    )
    await cache.getOrSet(
      'c',
      loading((context) => context.skip()),
    )
    await cache.deleteByTag('t')
    assert.deepEqual(await cache.getMany(['a', 'b', 'c']), [1, undefined, undefined])
    await cache.deleteByTag('u')
    assert.equal(await cache.get('a'), undefined)
  })
}

/** A load that ends when it is told to. */
function heldLoad() {
  let end: (value: string) => void = () => {}
  let begin: (context: LoadContext) => void = () => {}
  const value = new Promise<string>((resolve) => {
    end = resolve
  })
  const hasBegun = new Promise<LoadContext>((resolve) => {
    begin = resolve
  })
  const load = (context: LoadContext) => {
    begin(context)
    return value
  }
  return { load, hasBegun, end }
}

/** What it resolves to, or rejects with. */
async function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => error)
}
