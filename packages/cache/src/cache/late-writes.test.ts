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
  return { clock, shared, node, bare, setLate, land }
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

describe('LateWrites', () => {
  const setUp = () => {
    const clock = new TestClock()
    const landed = vi.fn(async () => {})
    return { clock, landed, late: new LateWrites(clock, landed) }
  }

  test('touch a key until the last of its writes has landed', async () => {
    const { late, landed } = setUp()
    const [first, second] = [deferred(), deferred()]
    late.follow(first.promise, ['a', 'b'])
    late.follow(second.promise, ['b'])
    expect([late.touch(['x', 'a']), late.touch(['x']), late.touch([])]).toEqual([true, false, false])
    first.resolve()
    await Promise.resolve()
    expect([late.touch(['a']), late.touch(['b']), landed.mock.calls]).toEqual([false, true, [[['a', 'b']]]])
    second.reject(new Error('lost'))
    await late.settled()
    expect([late.touch(['b']), landed.mock.calls.length]).toEqual([false, 2])
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
