import { seededRandom, TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { memoryRateLimitStore } from './index.js'
import type { RateLimit } from './store.js'

/** Three in a second; spent in one go and as new when a second has passed. */
const limit: RateLimit = {
  name: 'sweep',
  policies: [{ name: 'p', algorithm: 'sliding_log', limit: 3, window: 1_000, burst: 3 }],
}

describe('the sweep of a memory store', () => {
  test('never lets two keys share their counts, however many come, go idle, are reset and come again', async () => {
    const clock = new TestClock()
    const store = memoryRateLimitStore({ clock })
    const random = seededRandom(11)
    const spends = new Map<string, number[]>()
    for (let step = 0; step < 4_000; step++) {
      const key = `key-${Math.floor(random() * 300)}`
      const now = clock.monotonic()
      const counted = (spends.get(key) ?? []).filter((at) => at > now - 1_000)
      if (random() < 0.05) {
        store.reset(key, limit)
        spends.delete(key)
      } else {
        const result = store.consume(key, 1, limit)
        expect([result.allowed, result.policies[0]?.remaining]).toEqual(
          counted.length < 3 ? [true, 2 - counted.length] : [false, 0],
        )
        spends.set(key, result.allowed ? [...counted, now] : counted)
      }
      // A crowd, then a quiet time, in which the timer sweeps.
      if (step % 5 === 0) await clock.advance(step % 1_000 < 800 ? 1 : 40)
    }
  })

  test('ends with no key, and begins again with the next', async () => {
    const clock = new TestClock()
    const store = memoryRateLimitStore({ clock })
    for (let number = 0; number < 3_000; number++) store.consume(`key-${number}`, 1, limit)
    expect(store.size).toBe(3_000)
    // One round of small steps, once all are idle.
    await clock.advance('3s')
    expect(store.size).toBe(0)
    store.consume('again', 1, limit)
    expect(store.size).toBe(1)
    await clock.advance('3s')
    expect(store.size).toBe(0)
  })

  test('a block for ever is kept, and keeps no timer', async () => {
    const clock = new TestClock()
    const store = memoryRateLimitStore({ clock })
    store.block('banned', Number.POSITIVE_INFINITY, limit)
    store.consume('one', 1, limit)
    await clock.advance('1h')
    expect(store.size).toBe(1)
    expect(store.consume('banned', 1, limit).allowed).toBe(false)
    await clock.advance('30d')
    expect(store.consume('banned', 1, limit).allowed).toBe(false)
    store.reset('banned', limit)
    expect(store.size).toBe(0)
  })

  test.each([
    ['in a rest', 5_000],
    ['in the midst of a round, to rows that it has passed', 2_500],
  ])('a key that is busy for long keeps no others that came %s', async (_, passed) => {
    const clock = new TestClock()
    const store = memoryRateLimitStore({ clock })
    store.block('banned', 86_400_000, limit)
    for (let number = 0; number < 3_000; number++) store.block(`key-${number}`, 2_500, limit)
    await clock.advance(passed)
    for (let number = 0; number < 300; number++) store.consume(`later-${number}`, 1, limit)
    await clock.advance('2m')
    expect(store.size).toBe(1)
    await clock.advance('1d')
    expect(store.size).toBe(0)
  })

  test.each([86_400_000, Number.POSITIVE_INFINITY])(
    'a block that took the place of one of %d ms goes when it is over',
    async (before) => {
      const clock = new TestClock()
      const store = memoryRateLimitStore({ clock })
      store.block('a', before, limit)
      await clock.advance('5s')
      store.block('a', 1_000, limit)
      await clock.advance('2m')
      expect(store.size).toBe(0)
    },
  )

  test('looks at the latest within a month at a key that is idle only in a thousand years', async () => {
    const clock = new TestClock()
    const store = memoryRateLimitStore({ clock })
    const year = 365 * 86_400_000
    const yearly: RateLimit = {
      name: 'yearly',
      policies: [{ name: 'p', algorithm: 'gcra', limit: 1, window: year, burst: 1_000_000 }],
    }
    expect(store.consume('a', 400_000, yearly).allowed).toBe(true)
    await clock.advance('30d')
    expect(store.size).toBe(1)
    store.reset('a', yearly)
    await clock.advance('30d')
    expect([store.size, clock.pending]).toEqual([0, 0])
  })

  test('a block moves with its key when memory is given back', async () => {
    const clock = new TestClock()
    const store = memoryRateLimitStore({ clock })
    for (let number = 0; number < 500; number++) store.consume(`key-${number}`, 1, limit)
    store.block('blocked', 60_000, limit)
    await clock.advance('5s')
    expect(store.size).toBe(1)
    store.consume('new', 1, limit)
    expect(store.consume('blocked', 1, limit).policies[0]?.retryAfter).toBe(55_000)
    expect(store.consume('new', 1, limit).allowed).toBe(true)
  })

  test('with too many keys forgets who has spent least, of some', () => {
    const clock = new TestClock()
    const store = memoryRateLimitStore({ clock, maxKeys: 10 })
    const later: RateLimit = {
      name: 'full',
      policies: [{ name: 'p', algorithm: 'gcra', limit: 10, window: 10_000, burst: 10 }],
    }
    for (let number = 1; number <= 10; number++) store.consume(`key-${number}`, number === 4 ? 1 : 5, later)
    store.consume('new', 5, later)
    expect(store.size).toBe(10)
    // The one that owed least begins anew; all others are as they were.
    const left = (key: string) => store.consume(key, 0, later).policies[0]?.remaining
    expect(left('key-4')).toBe(10)
    for (const number of [1, 2, 3, 5, 6, 7, 8, 9, 10]) expect(left(`key-${number}`)).toBe(5)
    expect(left('new')).toBe(5)
  })
})
