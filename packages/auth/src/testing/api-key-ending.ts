import { assert, type Law } from '@base/core/testing'
import type { ApiKeyStore, StoredApiKey } from '../api-keys/api-key-store.js'
import { add, alive, find, idOf, known, listed, rotate, TTL } from './api-key-subject.js'
import { hashOf } from './handles.js'
import { LOOK_ALIKES } from './look-alikes.js'
import { DAY } from './times.js'

/** Ends of one key, by time and by who asks for them. */
export function ending(law: Law<ApiKeyStore>): void {
  law('a key ends, and is known for a week', async (store, advance) => {
    await add(store, 'a')
    await advance(TTL - DAY)
    await othersCome(store, 'b', 'c', 'd')
    assert.deepEqual(await alive(store, 'a'), ['a0'])
    await advance(DAY)
    const over = (await find(store, 'a')) as StoredApiKey
    assert.deepEqual([over.secrets[0]?.isAlive, over.revokedAt, await listed(store)], [false, undefined, []])
    assert.equal(await rotate(store, 'a', 'a1'), undefined)
    assert.equal(await store.revoke(idOf('a'), Date.now()), false)
    assert.equal(await store.revokeAll('owner', Date.now()), 0)
    await advance(6 * DAY)
    await othersCome(store, 'e', 'f', 'g')
    assert.deepEqual([await known(store, 'a'), await alive(store, 'a')], [[hashOf('a0')], []])
  })

  law('a key that is revoked is never good again, and known for a week', async (store, advance) => {
    await add(store, 'a', { ttl: undefined })
    await rotate(store, 'a', 'a1')
    assert.equal(await store.revoke(idOf('a'), Date.now()), true)
    const revoked = (await find(store, 'a')) as StoredApiKey
    assert.ok((revoked.revokedAt ?? 0) >= revoked.createdAt)
    assert.equal(await store.revoke(idOf('a'), Date.now()), false)
    assert.equal(await rotate(store, 'a', 'a2'), undefined)
    await store.touch(idOf('a'), Date.now())
    assert.deepEqual(await listed(store), [])
    await advance(6 * DAY)
    await othersCome(store, 'b', 'c', 'd')
    assert.equal(typeof (await find(store, 'a'))?.revokedAt, 'number')
    assert.deepEqual(await known(store, 'a'), [hashOf('a1'), hashOf('a0')])
  })
}

/** A store may forget what is over as others are added. */
async function othersCome(store: ApiKeyStore, ...names: readonly string[]): Promise<void> {
  for (const name of names) await add(store, name, { ownerId: 'another' })
}

/** Ends of all keys of an owner. */
export function revokingAll(law: Law<ApiKeyStore>): void {
  law('revoking all ends the keys of that owner, and no other', async (store, advance) => {
    await add(store, 'a')
    await advance(DAY)
    for (const name of ['b', 'd']) await add(store, name)
    await add(store, 'c', { ownerId: 'another' })
    await rotate(store, 'b', 'b1')
    await store.revoke(idOf('d'), Date.now())
    assert.equal(await store.revokeAll('owner', Date.now()), 2)
    assert.equal(await store.revokeAll('owner', Date.now()), 0)
    for (const name of ['a', 'b', 'd']) assert.notEqual((await find(store, name))?.revokedAt, undefined)
    await add(store, 'e')
    assert.deepEqual([await listed(store), await listed(store, 'another')], [['e'], ['c']])
  })

  law('owners that look alike are several', async (store) => {
    for (const [index, ownerId] of LOOK_ALIKES.entries()) await add(store, `a${index}x`, { ownerId })
    for (const [index, ownerId] of LOOK_ALIKES.entries()) {
      assert.deepEqual(await listed(store, ownerId), [`a${index}x`])
      assert.equal(await store.revokeAll(ownerId, Date.now()), 1)
    }
  })
}
