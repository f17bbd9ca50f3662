import { assert, type Law } from '@base/core/testing'
import type { ActionTokenStore } from '../action-tokens/action-token-store.js'
import { add, find, take } from './action-token-subject.js'
import { MINUTE, MOMENT } from './times.js'
import { lastsToTheMillisecond } from './to-the-millisecond.js'

/** Ends by who takes or removes. */
export function taking(law: Law<ActionTokenStore>): void {
  law('a token is taken once, and the others of its subject and purpose end with it', async (store) => {
    for (const name of ['a', 'b', 'c']) await add(store, name)
    assert.equal((await take(store, 'b'))?.sub, 'ann')
    for (const name of ['a', 'b', 'c']) {
      assert.equal(await find(store, name), undefined)
      assert.equal(await take(store, name), undefined)
    }
    assert.equal(await store.removeAll('reset', 'ann', Date.now()), 0)
    await add(store, 'd')
    assert.equal((await take(store, 'd'))?.sub, 'ann')
  })

  law('tokens of other subjects and purposes stay', async (store) => {
    await addFamily(store)
    assert.equal((await take(store, 'a'))?.sub, 'ann')
    await stay(store)
  })

  law('every token of a subject and purpose is removed, and counted', async (store) => {
    await addFamily(store)
    await add(store, 'a2')
    assert.equal(await store.removeAll('reset', 'ann', Date.now()), 2)
    assert.equal(await store.removeAll('reset', 'ann', Date.now()), 0)
    for (const name of ['a', 'a2']) assert.equal(await take(store, name), undefined)
    await stay(store)
  })
}

/** Ends by time. */
export function ending(law: Law<ActionTokenStore>): void {
  law('a token ends when its time is over', async (store, advance) => {
    await add(store, 'a', { ttl: MINUTE })
    await add(store, 'b', { ttl: 3 * MINUTE })
    await advance(MINUTE - MOMENT)
    assert.equal((await find(store, 'a'))?.sub, 'ann')
    await advance(MOMENT)
    assert.equal(await find(store, 'a'), undefined)
    assert.equal(await take(store, 'a'), undefined)
    assert.equal((await find(store, 'b'))?.sub, 'ann')
    assert.equal(await store.removeAll('reset', 'ann', Date.now()), 1)
  })

  law('a token is counted in milliseconds, whenever it is added', async (store, advance) => {
    const isAlive = async () => (await find(store, 'a')) !== undefined
    await lastsToTheMillisecond(advance, (ttl) => add(store, 'a', { ttl }), isAlive)
  })

  law('a token that is added does not make an earlier one longer, nor shorter', async (store, advance) => {
    await add(store, 'a', { ttl: 2 * MINUTE })
    await add(store, 'b', { ttl: 10 * MINUTE })
    await add(store, 'c', { ttl: MINUTE })
    await advance(MINUTE)
    assert.deepEqual([(await find(store, 'a'))?.sub, await find(store, 'c')], ['ann', undefined])
    await advance(MINUTE)
    assert.equal(await find(store, 'a'), undefined)
    assert.equal((await take(store, 'b'))?.sub, 'ann')
  })
}

/** A token of a subject, and others that must not end with it. */
async function addFamily(store: ActionTokenStore): Promise<void> {
  await add(store, 'a')
  await add(store, 'other', { sub: 'Ann' })
  await add(store, 'mail', { purpose: 'verify-email' })
  await add(store, 'tail', { sub: 'n', purpose: 'reset:an' })
}

async function stay(store: ActionTokenStore): Promise<void> {
  assert.equal((await take(store, 'other'))?.sub, 'Ann')
  assert.equal((await take(store, 'mail', 'verify-email'))?.sub, 'ann')
  assert.equal((await take(store, 'tail', 'reset:an'))?.sub, 'n')
}
