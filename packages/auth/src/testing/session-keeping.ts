import { assert, type Law } from '@base/core/testing'
import type { SessionStore, StoredSession } from '../tokens/sessions/session-store.js'
import { handleOf, hashOf } from './handles.js'
import { change, created, get, listed } from './session-subject.js'
import { HOUR, SECOND } from './times.js'

/** What a session is. */
export function keeping(law: Law<SessionStore>): void {
  law('a session comes back as it was given', async (store) => {
    const facts = { sub: "ü'; --", data: '{ "a": "\\u0000 é" }' }
    await created(store, 'a', facts)
    const { createdAt, lastSeenAt, idleExpiresAt, expiresAt, ...kept } = (await get(
      store,
      'a',
      'a0',
    )) as StoredSession
    assert.deepEqual(kept, { handle: handleOf('a'), ...facts })
    assert.deepEqual(
      [lastSeenAt, idleExpiresAt, expiresAt],
      [createdAt, createdAt + HOUR, createdAt + 3 * HOUR],
    )
  })

  law('data of 64 KiB comes back whole, and so does an empty text', async (store) => {
    const full = `"${'é'.repeat(65_534)}"`
    await created(store, 'a', { data: full })
    assert.equal((await get(store, 'a', 'a0'))?.data, full)
    for (const data of ['', full]) {
      assert.equal((await change(store, 'a', 'a0', { data }))?.data, data)
      assert.equal((await get(store, 'a', 'a0'))?.data, data)
    }
  })

  law('a session is found by its own id only', async (store) => {
    await created(store, 'a')
    await created(store, 'b')
    assert.equal(await get(store, 'a', 'b0'), undefined)
    assert.equal(await get(store, 'c', 'a0'), undefined)
    assert.equal(await change(store, 'a', 'b0', { data: 'x' }), undefined)
    assert.equal(await store.destroy(handleOf('a'), hashOf('b0'), Date.now()), false)
    assert.equal((await get(store, 'a', 'a0'))?.data, '{}')
  })

  law('the sessions of a subject are listed, the oldest first', async (store, advance) => {
    await created(store, 'b')
    await advance(SECOND)
    await created(store, 'a')
    await created(store, 'c', { sub: 'another' })
    assert.deepEqual(await listed(store), [handleOf('b'), handleOf('a')])
    assert.deepEqual(await store.list('nobody', Date.now()), [])
  })
}

/** What moves, and what stays. */
export function changing(law: Law<SessionStore>): void {
  law('use moves the idle end, and nothing else', async (store, advance) => {
    const { data } = await created(store, 'a')
    await advance(HOUR / 2)
    const used = (await change(store, 'a', 'a0', { idleTtl: HOUR })) as StoredSession
    assert.deepEqual(used, await get(store, 'a', 'a0'))
    assert.ok(used.lastSeenAt >= used.createdAt + HOUR / 2)
    assert.equal(used.idleExpiresAt, used.lastSeenAt + HOUR)
    assert.deepEqual([used.expiresAt, used.data], [used.createdAt + 3 * HOUR, data])
  })

  law('a change of the data alone is no use', async (store, advance) => {
    await created(store, 'a')
    await advance(HOUR / 2)
    const changed = (await change(store, 'a', 'a0', { data: '"new"' })) as StoredSession
    const { createdAt, lastSeenAt, idleExpiresAt } = changed
    assert.deepEqual(changed, await get(store, 'a', 'a0'))
    assert.deepEqual([changed.data, lastSeenAt, idleExpiresAt], ['"new"', createdAt, createdAt + HOUR])
    await advance(HOUR / 2)
    assert.equal(await get(store, 'a', 'a0'), undefined)
  })

  law('a new id is good, and the old one means nothing', async (store) => {
    await created(store, 'a', { data: '"kept"' })
    assert.equal((await change(store, 'a', 'a0', { hash: hashOf('a1') }))?.data, '"kept"')
    assert.equal(await get(store, 'a', 'a0'), undefined)
    assert.equal(await change(store, 'a', 'a0', { hash: hashOf('x') }), undefined)
    assert.equal(await store.destroy(handleOf('a'), hashOf('a0'), Date.now()), false)
    assert.equal((await get(store, 'a', 'a1'))?.data, '"kept"')
    assert.deepEqual(await listed(store), [handleOf('a')])
  })
}
