import { assert, type ConformanceOptions, type Law, laws, type Make } from '@base/core/testing'
import type { ReplayStore } from '../tokens/dpop/replay-store.js'
import { MINUTE, MOMENT } from './times.js'
import { lastsToTheMillisecond } from './to-the-millisecond.js'

/**
 * What every `ReplayStore` must do; a store is one when it passes this against the real system.
 *
 * `make` gives a store without keys. `advance(d)` lets a time of a minute pass for it: in memory by its TestClock, on a
 * server by a clock that is given to it, or by moving what it has stored into the past.
 *
 * @example
 * import { memoryReplayStore } from '@base/auth/tokens'
 * import { replayStoreConformance } from '@base/auth/testing'
 * import { TestClock } from '@base/core/testing'
 * import { test } from 'vitest'
 *
 * replayStoreConformance(
 *   () => {
 *     const clock = new TestClock()
 *     return { subject: memoryReplayStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
 *   },
 *   { test },
 * )
 */
export function replayStoreConformance(make: Make<ReplayStore>, options: ConformanceOptions): void {
  const law = laws('ReplayStore', make, options)
  claiming(law)
  ending(law)
}

function claiming(law: Law<ReplayStore>): void {
  law('a key can be claimed once', async (store) => {
    assert.deepEqual(
      [await claim(store, 'a'), await claim(store, 'a'), await claim(store, 'a')],
      [true, false, false],
    )
  })

  law('keys do not know each other', async (store) => {
    for (const key of ['a', 'A', 'a ', "ü'; --", 'a'.repeat(43)]) assert.equal(await claim(store, key), true)
  })

  law('of 50 at once exactly one is first', async (store) => {
    const claims = await Promise.all(Array.from({ length: 50 }, () => claim(store, 'a')))
    assert.equal(claims.filter((isFirst) => isFirst).length, 1)
  })
}

function ending(law: Law<ReplayStore>): void {
  law('a key stays claimed until its time is over, and is free then', async (store, advance) => {
    await claim(store, 'a')
    await advance(MINUTE - MOMENT)
    assert.equal(await claim(store, 'a'), false)
    await advance(MOMENT)
    assert.deepEqual([await claim(store, 'a'), await claim(store, 'a')], [true, false])
  })

  law('each key has a time of its own', async (store, advance) => {
    await claim(store, 'a')
    await advance(MINUTE / 2)
    assert.equal(await claim(store, 'b'), true)
    await advance(MINUTE / 2)
    assert.deepEqual([await claim(store, 'b'), await claim(store, 'a')], [false, true])
  })

  law('a claim is counted in milliseconds, whenever it is made', async (store, advance) => {
    const claimed = (ttl: number) => store.claim('a', ttl, Date.now())
    await lastsToTheMillisecond(advance, claimed, async () => !(await claim(store, 'a')))
  })

  law('a claim that fails does not make the first one longer, nor shorter', async (store, advance) => {
    await claim(store, 'a')
    await advance(MINUTE / 2)
    for (const ttl of [1, 10 * MINUTE]) assert.equal(await store.claim('a', ttl, Date.now()), false)
    await advance(MINUTE / 2 - MOMENT)
    assert.equal(await store.claim('a', 10 * MINUTE, Date.now()), false)
    await advance(MOMENT)
    assert.equal(await claim(store, 'a'), true)
  })
}

/** Claims a key for a minute. */
function claim(store: ReplayStore, key: string): PromiseLike<boolean> {
  return store.claim(key, MINUTE, Date.now())
}
