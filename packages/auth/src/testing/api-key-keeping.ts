import { assert, type Law } from '@base/core/testing'
import type { ApiKeyStore, StoredApiKey } from '../api-keys/api-key-store.js'
import { add, find, idOf, listed, rotate, TTL } from './api-key-subject.js'
import { hashOf } from './handles.js'
import { HOUR } from './times.js'

/** What a key is. */
export function keeping(law: Law<ApiKeyStore>): void {
  law('a key comes back as it was given', async (store) => {
    const facts = {
      ownerId: "ü'; --",
      name: '{ "a": "\\u0000 é" }',
      scopes: ['orders:read', '*:{a}[b]', 'x,y'],
    }
    const created = await add(store, 'a', facts)
    const { createdAt, secrets, lastUsedAt, revokedAt, ...kept } = created
    assert.deepEqual(kept, { id: idOf('a'), ...facts })
    assert.deepEqual([lastUsedAt, revokedAt], [undefined, undefined])
    assert.deepEqual(secrets, [{ hash: hashOf('a0'), expiresAt: createdAt + TTL, isAlive: true }])
    assert.deepEqual(await find(store, 'a'), created)
    assert.deepEqual(await store.list(facts.ownerId, Date.now()), [created])
  })

  law('a key may have no name, no scopes and no end', async (store, advance) => {
    const { name, scopes, secrets } = await add(store, 'a', { scopes: [], ttl: undefined })
    assert.deepEqual([name, scopes], [undefined, []])
    assert.deepEqual(secrets, [{ hash: hashOf('a0'), expiresAt: undefined, isAlive: true }])
    await advance(3 * TTL)
    assert.deepEqual((await find(store, 'a'))?.secrets, secrets)
    assert.deepEqual(await listed(store), ['a'])
  })

  law('what was not created is not known', async (store) => {
    await add(store, 'a')
    for (const id of [idOf('b'), '__proto__', 'constructor']) {
      assert.equal(await store.find(id, Date.now()), undefined)
      assert.equal(await store.rotate(id, { hash: hashOf('b1'), overlap: 0 }, Date.now()), undefined)
      await store.touch(id, Date.now())
      assert.equal(await store.revoke(id, Date.now()), false)
      assert.equal(await store.find(id, Date.now()), undefined)
    }
    assert.deepEqual([await listed(store, '__proto__'), await listed(store)], [[], ['a']])
  })

  law('the keys of an owner are listed, the oldest first', async (store, advance) => {
    await add(store, 'b')
    await advance(HOUR)
    await add(store, 'a', { ttl: undefined })
    await advance(HOUR)
    await add(store, 'd')
    await add(store, 'c', { ownerId: 'another' })
    assert.deepEqual([await listed(store), await listed(store, 'another')], [['b', 'a', 'd'], ['c']])
  })
}

/** What is noted of its use. */
export function using(law: Law<ApiKeyStore>): void {
  law('a use is noted, and nothing else', async (store, advance) => {
    await add(store, 'a')
    await advance(HOUR)
    const unused = (await find(store, 'a')) as StoredApiKey
    await store.touch(idOf('a'), Date.now())
    const used = (await find(store, 'a')) as StoredApiKey
    assert.ok((used.lastUsedAt ?? 0) >= unused.createdAt + HOUR)
    assert.deepEqual({ ...used, lastUsedAt: undefined }, unused)
    const before = await sinceUse(store)
    await advance(HOUR)
    assert.equal(await sinceUse(store), before)
    await store.touch(idOf('a'), Date.now())
    assert.ok(((await sinceUse(store)) ?? 0) >= 2 * HOUR)
    await rotate(store, 'a', 'a1')
    assert.ok(((await sinceUse(store)) ?? 0) >= 2 * HOUR)
  })
}

/** How long after it was made a key was last used, in milliseconds. */
async function sinceUse(store: ApiKeyStore): Promise<number | undefined> {
  const { createdAt, lastUsedAt } = (await find(store, 'a')) as StoredApiKey
  return lastUsedAt && lastUsedAt - createdAt
}
