import { assert, type ConformanceOptions, type Law, laws, type Make } from '@base/core/testing'
import type {
  ActionTokenStore,
  NewActionToken,
  StoredActionToken,
} from '../action-tokens/action-token-store.js'
import { handleOf, hashOf } from './handles.js'
import { MINUTE, MOMENT } from './times.js'
import { lastsToTheMillisecond } from './to-the-millisecond.js'

/**
 * What every `ActionTokenStore` must do; a store is one when it passes this against the real system.
 *
 * `make` gives a store without tokens. `advance(d)` lets a time of some minutes pass for it: in memory by its TestClock, on a
 * server by a clock that is given to it, or by moving what it has stored into the past.
 *
 * @example
 * import { memoryActionTokenStore } from '@base/auth/action-tokens'
 * import { actionTokenStoreConformance } from '@base/auth/testing'
 * import { TestClock } from '@base/core/testing'
 * import { test } from 'vitest'
 *
 * actionTokenStoreConformance(
 *   () => {
 *     const clock = new TestClock()
 *     return { subject: memoryActionTokenStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
 *   },
 *   { test },
 * )
 */
export function actionTokenStoreConformance(make: Make<ActionTokenStore>, options: ConformanceOptions): void {
  const law = laws('ActionTokenStore', make, options)
  keeping(law)
  finding(law)
  taking(law)
  ending(law)
  races(law)
}

/** What a token is. */
function keeping(law: Law<ActionTokenStore>): void {
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
function finding(law: Law<ActionTokenStore>): void {
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

/** Ends by who takes or removes. */
function taking(law: Law<ActionTokenStore>): void {
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
function ending(law: Law<ActionTokenStore>): void {
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

/** Many at once. */
function races(law: Law<ActionTokenStore>): void {
  const many = Array.from({ length: 50 }, (_, index) => `${index}`)

  law('of 50 that take one token at once exactly one succeeds', async (store) => {
    await add(store, 'a')
    const all = await Promise.all(many.map(() => take(store, 'a')))
    assert.equal(all.filter((taken) => taken !== undefined).length, 1)
  })

  law('of 50 tokens of one subject that are taken at once exactly one succeeds', async (store) => {
    await Promise.all(many.map((name) => add(store, name)))
    const all = await Promise.all(many.map((name) => take(store, name)))
    assert.equal(all.filter((taken) => taken !== undefined).length, 1)
  })

  law('what takes and what removes at once end a token once', async (store) => {
    await add(store, 'a')
    const taken = many.map(async (_, index) =>
      index % 2 === 0
        ? Number((await take(store, 'a')) !== undefined)
        : store.removeAll('reset', 'ann', Date.now()),
    )
    const ended = (await Promise.all(taken)).reduce((sum, count) => sum + count, 0)
    assert.equal(ended, 1)
  })
}

/** Adds a token of `ann`, to reset something. */
async function add(
  store: ActionTokenStore,
  name: string,
  changes: Partial<NewActionToken> = {},
): Promise<void> {
  const facts = { purpose: 'reset', sub: 'ann', data: '{}', ttl: MINUTE * 10, ...changes }
  await store.add({ handle: handleOf(name), hash: hashOf(name), ...facts }, Date.now())
}

/** A token by its name. */
async function find(
  store: ActionTokenStore,
  name: string,
  purpose = 'reset',
): Promise<StoredActionToken | undefined> {
  return store.find({ purpose, handle: handleOf(name), hash: hashOf(name) }, Date.now())
}

/** Takes a token by its name. */
async function take(
  store: ActionTokenStore,
  name: string,
  purpose = 'reset',
): Promise<StoredActionToken | undefined> {
  return store.take({ purpose, handle: handleOf(name), hash: hashOf(name) }, Date.now())
}
