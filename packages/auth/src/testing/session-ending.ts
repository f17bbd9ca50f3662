import { assert, type Law } from '@base/core/testing'
import type { SessionStore } from '../tokens/sessions/session-store.js'
import { handleOf, hashOf } from './handles.js'
import { LOOK_ALIKES } from './look-alikes.js'
import { change, created, get, listed } from './session-subject.js'
import { HOUR, MOMENT } from './times.js'
import { lastsToTheMillisecond } from './to-the-millisecond.js'

/** Ends by time. */
export function ending(law: Law<SessionStore>): void {
  law('a session that lies unused ends', async (store, advance) => {
    await created(store, 'a')
    await advance(HOUR - MOMENT)
    assert.notEqual(await get(store, 'a', 'a0'), undefined)
    await advance(MOMENT)
    await isGone(store)
    assert.equal(await store.destroy(handleOf('a'), hashOf('a0'), Date.now()), false)
  })

  law('a session ends, however much it is used', async (store, advance) => {
    await created(store, 'a')
    for (let use = 0; use < 5; use++) {
      await advance(HOUR / 2)
      const used = await change(store, 'a', 'a0', { idleTtl: HOUR })
      assert.ok(used !== undefined && used.idleExpiresAt <= used.expiresAt)
    }
    await advance(HOUR / 2)
    await isGone(store)
  })

  law('a session ends at its latest end, though it may lie unused for longer', async (store, advance) => {
    const { idleExpiresAt, expiresAt } = await created(store, 'a', { idleTtl: 5 * HOUR })
    assert.equal(idleExpiresAt, expiresAt)
    const used = await change(store, 'a', 'a0', { idleTtl: 5 * HOUR })
    assert.equal(used?.idleExpiresAt, expiresAt)
    await advance(3 * HOUR - MOMENT)
    assert.notEqual(await get(store, 'a', 'a0'), undefined)
    await advance(MOMENT)
    await isGone(store)
  })

  law('a session is counted in milliseconds, whenever it begins', async (store, advance) => {
    await lastsToTheMillisecond(
      advance,
      (idleTtl) => created(store, 'a', { idleTtl }),
      async () => (await get(store, 'a', 'a0')) !== undefined,
    )
  })
}

/** Ends by who asks for them. */
export function destroying(law: Law<SessionStore>): void {
  law('a session that is destroyed is gone', async (store) => {
    for (const hash of [hashOf('a0'), undefined]) {
      await created(store, 'a')
      assert.equal(await store.destroy(handleOf('a'), hash, Date.now()), true)
      assert.equal(await store.destroy(handleOf('a'), hash, Date.now()), false)
      await isGone(store)
    }
  })

  law('destroying all counts those that were alive', async (store, advance) => {
    await created(store, 'a')
    await created(store, 'b', { idleTtl: 3 * HOUR })
    await advance(HOUR)
    assert.equal(await store.destroyAll('user', Date.now()), 1)
  })

  law('destroying all ends the sessions of that subject, and no other', async (store) => {
    for (const name of ['a', 'b', 'd']) await created(store, name)
    await created(store, 'c', { sub: 'another' })
    await change(store, 'b', 'b0', { hash: hashOf('b1') })
    await store.destroy(handleOf('d'), undefined, Date.now())
    assert.equal(await store.destroyAll('user', Date.now()), 2)
    assert.equal(await store.destroyAll('user', Date.now()), 0)
    assert.deepEqual([await get(store, 'a', 'a0'), await get(store, 'b', 'b1')], [undefined, undefined])
    assert.notEqual(await get(store, 'c', 'c0'), undefined)
    await created(store, 'e')
    assert.notEqual(await get(store, 'e', 'e0'), undefined)
  })

  law('subjects that look alike are several', async (store) => {
    for (const [index, sub] of LOOK_ALIKES.entries()) await created(store, `a${index}-`, { sub })
    for (const sub of LOOK_ALIKES) {
      assert.deepEqual(
        (await store.list(sub, Date.now())).map((session) => session.sub),
        [sub],
      )
      assert.equal(await store.destroyAll(sub, Date.now()), 1)
    }
  })
}

/** That nobody sees the session any more. */
async function isGone(store: SessionStore): Promise<void> {
  assert.equal(await get(store, 'a', 'a0'), undefined)
  assert.equal(await change(store, 'a', 'a0', { idleTtl: HOUR }), undefined)
  assert.deepEqual(await listed(store), [])
}
