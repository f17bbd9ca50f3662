import { assert, type Law } from '@base/core/testing'
import type { ActionTokenStore, StoredActionToken } from '../action-tokens/action-token-store.js'
import { add, find, take } from './action-token-subject.js'
import { handleOf, hashOf } from './handles.js'
import { MINUTE } from './times.js'

/** What a token is. */
export function keeping(law: Law<ActionTokenStore>): void {
  law('a token comes back as it was given', async (store) => {
    const facts = { sub: "ü'; -- {a}", data: '{ "a": "\\u0000 é 😀" }' }
    await add(store, 'a', { ...facts, state: 's'.repeat(43), ttl: 10 * MINUTE })
    await add(store, 'b')
    const { expiresAt, ...kept } = (await find(store, 'a')) as StoredActionToken
    assert.deepEqual(kept, { ...facts, state: 's'.repeat(43) })
    assert.ok(Number.isInteger(expiresAt))
    const { expiresAt: _, state, ...plain } = (await find(store, 'b')) as StoredActionToken
    assert.deepEqual(plain, { sub: 'ann', data: '{}' })
    assert.equal(state, undefined)
  })

  law('data of 16 KiB comes back whole', async (store) => {
    const data = `"${'é'.repeat(16_382)}"`
    await add(store, 'a', { data })
    assert.equal((await take(store, 'a'))?.data, data)
  })
}

/** What is found, and what is not. */
export function finding(law: Law<ActionTokenStore>): void {
  law('a token is found by its own hash only', async (store) => {
    await add(store, 'a')
    await add(store, 'b')
    const wrong = { purpose: 'reset', handle: handleOf('a'), hash: hashOf('b') }
    assert.equal(await store.find(wrong, Date.now()), undefined)
    assert.equal(await store.take(wrong, Date.now()), undefined)
    assert.equal(await take(store, 'c'), undefined)
    assert.equal((await take(store, 'a'))?.sub, 'ann')
  })

  law('a token of another purpose is not found, and stays', async (store) => {
    await add(store, 'a')
    for (const purpose of ['verify-email', 'Reset', 'reset ', 'rese']) {
      assert.equal(await find(store, 'a', purpose), undefined)
      assert.equal(await take(store, 'a', purpose), undefined)
    }
    assert.equal((await take(store, 'a'))?.sub, 'ann')
  })

  law('a token is taken as it was found', async (store) => {
    await add(store, 'a', { state: 's'.repeat(43), data: '{"a":1}' })
    const found = await find(store, 'a')
    assert.deepEqual(await take(store, 'a'), found)
  })

  law('to look at a token changes nothing', async (store) => {
    await add(store, 'a')
    const first = await find(store, 'a')
    assert.deepEqual(await find(store, 'a'), first)
    assert.deepEqual(await take(store, 'a'), first)
  })
}
