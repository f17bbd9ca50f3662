import { describe, expect, test } from 'vitest'
import { memoryActionTokenStore } from './index.js'

describe('memoryActionTokenStore', () => {
  const token = (name: string) => ({
    purpose: 'reset',
    handle: name.padEnd(24, '_'),
    hash: name,
    sub: 'ann',
    data: '{}',
    ttl: 1_000,
  })

  test('goes by the time of who asks where it has no clock', async () => {
    const store = memoryActionTokenStore()
    await store.add(token('a'), 5_000)
    const isThere = async (now: number) => (await store.find(token('a'), now)) !== undefined
    expect([await isThere(5_999), await isThere(6_000)]).toEqual([true, false])
  })

  test('forgets tokens that are over, as others are added', async () => {
    const store = memoryActionTokenStore()
    for (const name of ['a', 'b', 'c']) await store.add(token(name), 0)
    for (const name of ['d', 'e', 'f']) await store.add(token(name), 1_000)
    // By the time of long ago they would still be good.
    expect(await store.find(token('a'), 0)).toBeUndefined()
    expect(await store.removeAll('reset', 'ann', 0)).toBe(3)
  })

  test('refuses a clock that is none', () => {
    expect(() => memoryActionTokenStore({ clock: {} as never })).toThrow(
      '@base/auth memoryActionTokenStore: clock must be an object with the methods now',
    )
  })
})
