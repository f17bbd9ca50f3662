import { TestClock } from '@base/core/testing'
import { type Deferred, deferred } from '@base-internal/tools/deferred'
import { describe, expect, test, vi } from 'vitest'
import { memoryCacheBus } from '../bus/index.js'
import { type CacheStore, memoryCacheStore } from '../store/index.js'
import { type Cache, createCache } from './index.js'
import { LateWrites } from './late-writes.js'

/** Two nodes over a store that keeps the sets of one of them back, and writes them when it is let. */
function fleet() {
  const clock = new TestClock()
  const shared = memoryCacheStore({ clock })
  const held: Deferred<void>[] = []
  let isHeld = true
  const store: CacheStore = {
    ...shared,
    set: async (key, entry, options) => {
      if (isHeld && options === undefined) {
        const gate = deferred()
        held.push(gate)
        await gate.promise
      }
      return shared.set(key, entry, options)
    },
  }
  const bus = memoryCacheBus()
  const node = () => createCache({ layers: [memoryCacheStore({ clock }), store], jitter: [0, 0], clock, bus })
  const bare = () => createCache({ layers: [store], jitter: [0, 0], clock })
  /** A set that the layer has not done yet when it is given up. */
  const setLate = async (cache: Cache) => {
    isHeld = true
    const setting = cache.set('k', 'late')
    await clock.advance(250)
    await setting
    isHeld = false
  }
  const land = async (fails = false) => {
    for (const gate of held.splice(0)) fails ? gate.reject(new Error('lost')) : gate.resolve()
    await clock.advance(0)
  }
  return { clock, shared, held, node, bare, setLate, land }
}

describe('a set that took too long, and lands later', () => {
  test('does not undo a deletion, in the layer and on other nodes', async () => {
    const { clock, shared, node, setLate, land } = fleet()
    const [a, b] = [node(), node()]
    await setLate(a)
    await a.delete('k')
    await land()
    expect([await a.get('k'), await b.get('k')]).toEqual([undefined, undefined])
    await clock.advance('1m')
    expect((await shared.getMany(['k'], [])).entries).toEqual([undefined])
  })

  test('does not undo a newer set, which memory still has', async () => {
    const { node, setLate, land } = fleet()
    const [a, b] = [node(), node()]
    await setLate(a)
    await a.set('k', 'new')
    await land()
    expect([await a.get('k'), await b.get('k')]).toEqual(['new', undefined])
  })

  test('is a miss where there is no memory', async () => {
    const { bare, setLate, land } = fleet()
    const cache = bare()
    await setLate(cache)
    await cache.set('k', 'new')
    await land()
    expect(await cache.get('k')).toBeUndefined()
  })

  test('is not read until the layer has lost it, and takes nothing else with it', async () => {
    const { shared, bare, setLate } = fleet()
    const cache = bare()
    await setLate(cache)
    await cache.delete('k')
    await shared.set('k', { value: 'landed', expiresAt: 1e15, staleUntil: 1e15, tags: [] })
    await shared.set('other', { value: 'there', expiresAt: 1e15, staleUntil: 1e15, tags: [] })
    expect([await cache.get('k'), await cache.get('other')]).toEqual([undefined, 'there'])
  })

  test('costs a read of many no more than its key', async () => {
    const { clock, bare, setLate } = fleet()
    const cache = bare()
    const others = bare()
    await setLate(cache)
    await clock.advance(1_000)
    await others.setMany([
      ['a', 1],
      ['b', 2],
    ])
    expect(await cache.getMany(['a', 'k', 'b', 'a'])).toEqual([1, undefined, 2, 1])
  })

  test('is waited for by close no longer once it is taken for lost', async () => {
    const { clock, bare, setLate } = fleet()
    const cache = bare()
    await setLate(cache)
    await clock.advance('1m')
    const closed = vi.fn()
    const closing = cache.close().then(closed)
    await clock.advance(0)
    expect(closed).toHaveBeenCalled()
    await closing
  })

  test('is waited for by close, and deleted', async () => {
    const { clock, shared, node, setLate, land } = fleet()
    const cache = node()
    await setLate(cache)
    await cache.delete('k')
    const closing = cache.close()
    await clock.advance(10)
    await land()
    await closing
    expect((await shared.getMany(['k'], [])).entries).toEqual([undefined])
    clock.assertIdle()
  })

  test('by an error may have been written: it is deleted as well', async () => {
    const { shared, bare, setLate, land } = fleet()
    const cache = bare()
    await setLate(cache)
    await cache.delete('k')
    await shared.set('k', { value: 'landed', expiresAt: 1e15, staleUntil: 1e15, tags: [] })
    await land(true)
    expect(await cache.get('k')).toBeUndefined()
  })
})

describe('sets of one key that took too long, and land later', () => {
  test.each([
    [0, 1],
    [1, 0],
  ])('do not undo a deletion, in whatever order: first that of index %i, then %i', async (...order) => {
    const { clock, shared, held, node, setLate } = fleet()
    const cache = node()
    for (let call = 0; call < 2; call++) await setLate(cache)
    await clock.advance('2s')
    await cache.delete('k')
    const gates = held.splice(0)
    const seen: unknown[] = []
    for (const index of order) {
      // It is there, and its answer is on its way.
      await shared.set('k', { value: 'late', expiresAt: 1e15, staleUntil: 1e15, tags: [] })
      seen.push(await cache.get('k'))
      gates[index]?.resolve()
      await clock.advance('2s')
      seen.push(await cache.get('k'))
    }
    expect(seen).toEqual([undefined, undefined, undefined, undefined])
  })

  test('after a minute are gone from memory as well, where they were read before their answer', async () => {
    const { clock, shared, node, setLate, land } = fleet()
    const cache = node()
    await setLate(cache)
    await cache.delete('k')
    await clock.advance('1m')
    await shared.set('k', { value: 'late', expiresAt: 1e15, staleUntil: 1e15, tags: [] })
    expect(await cache.get('k')).toBe('late')
    await land()
    expect(await cache.get('k')).toBeUndefined()
  })
})

describe('LateWrites', () => {
  const setUp = () => {
    const clock = new TestClock()
    const landed = vi.fn(async () => {})
    return { clock, landed, late: new LateWrites(clock, landed) }
  }

  test.each([
    [0, 1],
    [1, 0],
  ])('touch a key until all of its writes have landed: first that of index %i, then %i', async (...order) => {
    const { late, landed } = setUp()
    const writes = [deferred(), deferred()]
    const keys = [['a', 'b'], ['b']]
    for (const [index, { promise }] of writes.entries()) late.follow(promise, keys[index] as string[])
    expect([late.touch(['x', 'a']), late.touch(['x']), late.touch([])]).toEqual([true, false, false])
    const [first, second] = order
    writes[first as number]?.resolve()
    await Promise.resolve()
    expect([late.touch(['a']), late.touch(['b'])]).toEqual([first === 1, true])
    writes[second as number]?.reject(new Error('lost'))
    await late.settled()
    expect(late.touch(['a', 'b'])).toBe(false)
    expect(landed.mock.calls).toEqual(order.map((index) => [keys[index], []]))
  })

  test('tell which of their keys were not remembered until they landed', async () => {
    const { clock, late, landed } = setUp()
    const writes = [deferred(), deferred()]
    late.follow(writes[0]?.promise as Promise<void>, ['lost'])
    await clock.advance('1m')
    late.follow(writes[1]?.promise as Promise<void>, ['pushed', 'kept'])
    late.follow(
      new Promise(() => {}),
      Array.from({ length: 9_999 }, (_, index) => `k${index}`),
    )
    for (const { resolve } of writes) resolve()
    await clock.advance(0)
    expect(landed.mock.calls).toEqual([
      [['lost'], ['lost']],
      [['pushed', 'kept'], ['pushed']],
    ])
  })

  test('are taken for lost after a minute, and remembered for 10,000 keys', async () => {
    const { clock, late } = setUp()
    const never = new Promise(() => {})
    late.follow(never, ['first'])
    late.follow(
      never,
      Array.from({ length: 9_999 }, (_, index) => `k${index}`),
    )
    expect(late.touch(['first'])).toBe(true)
    late.follow(never, ['last'])
    expect([late.touch(['first']), late.touch(['last'])]).toEqual([false, true])
    await clock.advance(59_999)
    expect(late.touch(['last'])).toBe(true)
    await clock.advance(1)
    expect(late.touch(['last'])).toBe(false)
  })
})
