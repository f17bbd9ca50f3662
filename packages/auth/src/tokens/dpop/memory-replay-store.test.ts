import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { replayStoreConformance } from '../../testing/replay-store-conformance.js'
import { memoryReplayStore } from './memory-replay-store.js'

replayStoreConformance(
  () => {
    const clock = new TestClock()
    return { subject: memoryReplayStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
  },
  { test },
)

describe('memoryReplayStore', () => {
  test('goes by the time of who asks where it has no clock', async () => {
    const store = memoryReplayStore()
    const claims = [
      await store.claim('a', 10, 0),
      await store.claim('a', 10, 9),
      await store.claim('a', 10, 10),
    ]
    expect(claims).toEqual([true, false, true])
  })

  test('refuses when it is full, instead of forgetting, and goes on when some are over', async () => {
    const store = memoryReplayStore({ maxEntries: 3 })
    for (const key of ['a', 'b', 'c']) expect(await store.claim(key, 10, 0)).toBe(true)
    await expect(store.claim('d', 10, 5)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(await store.claim('a', 10, 5)).toBe(false)
    expect(await store.claim('d', 10, 10)).toBe(true)
    expect(await store.claim('e', 10, 10)).toBe(true)
  })

  test('finds room where some are over, wherever they are', async () => {
    const store = memoryReplayStore({ maxEntries: 1_000 })
    for (let i = 0; i < 500; i++) await store.claim(`long ${i}`, 1_000, 0)
    for (let i = 0; i < 500; i++) await store.claim(`short ${i}`, 10, 0)
    for (let i = 0; i < 500; i++) expect(await store.claim(`new ${i}`, 1_000, 10)).toBe(true)
    await expect(store.claim('one more', 1_000, 10)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  test.each([
    [{ maxEntries: 0 }, 'maxEntries must be an integer from 1'],
    [{ clock: {} as never }, 'clock must be an object with the methods now'],
  ])('refuses %j', (options, message) => {
    expect(() => memoryReplayStore(options)).toThrow(`@base/auth memoryReplayStore: ${message}`)
  })
})
