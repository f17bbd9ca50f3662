import { assert, type Law } from '@base/core/testing'
import type { RefreshStore } from '../tokens/refresh/refresh-store.js'
import { handleOf } from './handles.js'
import { LOOK_ALIKES } from './look-alikes.js'
import { find, listed, rotate, started, status } from './refresh-subject.js'
import { DAY, HOUR, MOMENT } from './times.js'
import { lastsToTheMillisecond } from './to-the-millisecond.js'

/** Ends by time. */
export function ends(law: Law<RefreshStore>): void {
  law('a token that lay unused is expired', async (store, advance) => {
    await started(store, 'a')
    await advance(HOUR - MOMENT)
    assert.equal(await status(store, 'a', 'a0'), 'active')
    await advance(MOMENT)
    assert.equal(await status(store, 'a', 'a0'), 'expired')
    assert.deepEqual(await rotate(store, 'a', 'a0', 'a1'), { status: 'expired' })
    assert.equal(await find(store, 'a', 'a1'), undefined)
    assert.deepEqual(await listed(store), [])
  })

  law('a token is counted in milliseconds, whenever it is made', async (store, advance) => {
    await lastsToTheMillisecond(
      advance,
      (idleTtl) => started(store, 'a', { idleTtl }),
      async () => (await status(store, 'a', 'a0')) === 'active',
    )
  })

  law('a family ends, however much it is used, and is still known for days', async (store, advance) => {
    await started(store, 'a')
    for (let generation = 0; generation < 6; generation++) {
      assert.equal((await rotate(store, 'a', `a${generation}`, `a${generation + 1}`)).status, 'rotated')
      const { family } = (await find(store, 'a', `a${generation + 1}`)) ?? {}
      assert.ok((family?.idleExpiresAt ?? Number.POSITIVE_INFINITY) <= (family?.expiresAt ?? 0))
      await advance(HOUR / 2)
    }
    for (const days of [0, 5]) {
      await advance(days * DAY)
      assert.deepEqual(await rotate(store, 'a', 'a6', 'a7'), { status: 'expired' })
      assert.equal(await status(store, 'a', 'a0'), 'expired')
    }
    assert.deepEqual(await listed(store), [])
  })

  law('a token that was rotated and has expired since still shows a theft', async (store, advance) => {
    await started(store, 'a')
    await rotate(store, 'a', 'a0', 'a1')
    await advance(HOUR / 2)
    await rotate(store, 'a', 'a1', 'a2')
    await advance(HOUR * 0.75)
    assert.deepEqual(await rotate(store, 'a', 'a0', 'x'), { status: 'reused' })
    assert.equal(await status(store, 'a', 'a2'), 'revoked')
  })
}

/** Ends of one family. */
export function revoking(law: Law<RefreshStore>): void {
  law('a family that is revoked stays so, whatever is presented', async (store, advance) => {
    await started(store, 'a')
    await rotate(store, 'a', 'a0', 'a1')
    assert.equal(await store.revokeFamily(handleOf('a'), Date.now()), true)
    for (const token of ['a0', 'a1']) {
      assert.equal(await status(store, 'a', token), 'revoked')
      assert.deepEqual(await rotate(store, 'a', token, 'x'), { status: 'revoked' })
    }
    await advance(6 * DAY)
    assert.equal(await status(store, 'a', 'a1'), 'revoked')
    assert.deepEqual(await listed(store), [])
  })

  law('revoking says whether there was something to revoke', async (store, advance) => {
    await started(store, 'a')
    await started(store, 'b')
    await rotate(store, 'b', 'b0', 'b1')
    assert.equal(await store.revokeFamily(handleOf('c'), Date.now()), false)
    assert.equal(await store.revokeFamily(handleOf('b'), Date.now()), true)
    assert.equal(await store.revokeFamily(handleOf('b'), Date.now()), false)
    await advance(HOUR)
    assert.equal(await store.revokeFamily(handleOf('a'), Date.now()), false)
    assert.equal(await status(store, 'a', 'a0'), 'revoked')
  })
}

/** Ends of all families of a subject. */
export function revokingAll(law: Law<RefreshStore>): void {
  law('revoking all ends the families of that subject, and no other', async (store, advance) => {
    await started(store, 'a')
    await advance(HOUR / 2)
    await started(store, 'b')
    await started(store, 'c', { sub: 'another' })
    await started(store, 'e')
    await store.revokeFamily(handleOf('b'), Date.now())
    assert.equal(await store.revokeAll('user', Date.now()), 2)
    assert.equal(await store.revokeAll('user', Date.now()), 0)
    for (const name of ['a', 'b', 'e']) assert.equal(await status(store, name, `${name}0`), 'revoked')
    assert.equal(await status(store, 'c', 'c0'), 'active')
  })

  law('revoking all leaves the families that start after it', async (store, advance) => {
    await started(store, 'a')
    await store.revokeAll('user', Date.now())
    await started(store, 'b')
    assert.deepEqual(await rotate(store, 'b', 'b0', 'b1'), { status: 'rotated' })
    await advance(HOUR / 2)
    assert.deepEqual(await rotate(store, 'b', 'b1', 'b2'), { status: 'rotated' })
    assert.deepEqual(await listed(store), [handleOf('b')])
  })

  law(
    'revoking all ends those that were over too, and counts those that were alive',
    async (store, advance) => {
      await started(store, 'a')
      await advance(HOUR)
      await started(store, 'b')
      assert.equal(await store.revokeAll('user', Date.now()), 1)
      assert.deepEqual(
        [await status(store, 'a', 'a0'), await status(store, 'b', 'b0')],
        ['revoked', 'revoked'],
      )
    },
  )

  law('subjects that look alike are several', async (store) => {
    for (const [index, sub] of LOOK_ALIKES.entries()) await started(store, `a${index}-`, { sub })
    for (const sub of LOOK_ALIKES) {
      assert.deepEqual(
        (await store.list(sub, Date.now())).map((family) => family.sub),
        [sub],
      )
      assert.equal(await store.revokeAll(sub, Date.now()), 1)
    }
  })
}
