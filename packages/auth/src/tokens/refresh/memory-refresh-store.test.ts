import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { refreshStoreConformance } from '../../testing/refresh-store-conformance.js'
import { memoryRefreshStore } from '../index.js'

refreshStoreConformance(
  () => {
    const clock = new TestClock()
    return { subject: memoryRefreshStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
  },
  { test },
)

describe('memoryRefreshStore', () => {
  const family = (name: string) => ({
    id: name.padEnd(24, '_'),
    sub: 'ann',
    clientId: 'web',
    data: '{}',
    hash: `${name}0`,
    idleTtl: 1_000,
    absoluteTtl: 1_000,
  })
  const rotation = { familyId: family('a').id, parent: 'a0', grace: 10_000 }
  const child = { hash: 'a1', sealed: 'sealed', idleTtl: 1_000 }

  test('goes by the time of who asks where it has no clock', async () => {
    const store = memoryRefreshStore()
    await store.start(family('a'), 5_000)
    const at = async (now: number) => (await store.find(family('a').id, 'a0', now))?.status
    expect([await at(5_999), await at(6_000)]).toEqual(['active', 'expired'])
  })

  test('forgets families a week after their end, as others sign in', async () => {
    const clock = new TestClock()
    const store = memoryRefreshStore({ clock })
    for (const name of ['a', 'b', 'c']) await store.start(family(name), 0)
    const known = () => store.find(family('a').id, 'a0', 0)
    await clock.advance('7d')
    await store.start(family('d'), 0)
    expect((await known())?.status).toBe('expired')
    await clock.advance(1_000)
    for (const name of ['e', 'f']) await store.start(family(name), 0)
    expect(await known()).toBeUndefined()
    expect((await store.list('ann', 0)).map(({ id }) => id[0])).toEqual(['e', 'f'])
  })

  test.each([
    ['was revoked', 0],
    ['lay unused', 1_000],
  ])('forgets a family that %s a week after that, however long it could have lasted', async (how, end) => {
    const clock = new TestClock()
    const store = memoryRefreshStore({ clock })
    await store.start({ ...family('a'), absoluteTtl: 1e12 }, 0)
    if (how === 'was revoked') await store.revokeFamily(family('a').id, 0)
    const known = () => store.find(family('a').id, 'a0', 0)
    await clock.advance(7 * 86_400_000 + end - 1)
    await store.start(family('b'), 0)
    expect(await known()).toBeDefined()
    await clock.advance(1)
    for (const name of ['c', 'd']) await store.start(family(name), 0)
    expect(await known()).toBeUndefined()
  })

  test('drops what it keeps for the grace when the grace is over, by a timer that holds no process', async () => {
    const clock = new TestClock()
    const store = memoryRefreshStore({ clock })
    await store.start({ ...family('a'), idleTtl: 60_000, absoluteTtl: 60_000 }, 0)
    await store.rotate({ ...rotation, child }, 0)
    expect(clock.pending).toBe(0)
    await clock.advance(10_000)
    // Asked with a longer grace than it was kept for, it has nothing to give.
    expect(await store.rotate({ ...rotation, child, grace: 60_000 }, 0)).toEqual({ status: 'reused' })
  })
})
