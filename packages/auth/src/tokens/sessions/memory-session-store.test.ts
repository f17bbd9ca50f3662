import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { sessionStoreConformance } from '../../testing/session-store-conformance.js'
import { memorySessionStore } from './memory-session-store.js'

sessionStoreConformance(
  () => {
    const clock = new TestClock()
    return { subject: memorySessionStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
  },
  { test },
)

describe('memorySessionStore', () => {
  const session = (name: string) => ({
    handle: name.padEnd(24, '_'),
    hash: name,
    sub: 'ann',
    data: '{}',
    idleTtl: 1_000,
    absoluteTtl: 1_000,
  })

  test('goes by the time of who asks where it has no clock', async () => {
    const store = memorySessionStore()
    await store.create(session('a'), 5_000)
    const isThere = async (now: number) => (await store.get(session('a'), now)) !== undefined
    expect([await isThere(5_999), await isThere(6_000)]).toEqual([true, false])
  })

  test('forgets sessions that are over, as others begin', async () => {
    const store = memorySessionStore()
    for (const name of ['a', 'b', 'c']) await store.create(session(name), 0)
    for (const name of ['d', 'e', 'f']) await store.create(session(name), 1_000)
    // By the time of long ago they would still be alive.
    expect((await store.list('ann', 0)).map(({ handle }) => handle[0])).toEqual(['d', 'e', 'f'])
    expect(await store.get(session('a'), 0)).toBeUndefined()
  })

  test('refuses a clock that is none', () => {
    expect(() => memorySessionStore({ clock: {} as never })).toThrow(
      '@base/auth memorySessionStore: clock must be an object with the methods now',
    )
  })
})
