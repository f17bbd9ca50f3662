import { assert, type ConformanceOptions, type Law, laws, type Make } from '@base/core/testing'
import type { OAuthTransactionStore } from '../oauth/transactions/oauth-transaction-store.js'
import { MINUTE, MOMENT } from './times.js'
import { lastsToTheMillisecond } from './to-the-millisecond.js'

/**
 * What every `OAuthTransactionStore` must do; a store is one when it passes this against the real system.
 *
 * `make` gives a store without transactions. `advance(d)` lets a time of some minutes pass for it: in memory by its TestClock, on
 * a server by a clock that is given to it, or by moving what it has stored into the past.
 *
 * @example
 * import { memoryOAuthTransactionStore } from '@base/auth/oauth'
 * import { oauthTransactionStoreConformance } from '@base/auth/testing'
 * import { TestClock } from '@base/core/testing'
 * import { test } from 'vitest'
 *
 * oauthTransactionStoreConformance(
 *   () => {
 *     const clock = new TestClock()
 *     return { subject: memoryOAuthTransactionStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
 *   },
 *   { test },
 * )
 */
export function oauthTransactionStoreConformance(
  make: Make<OAuthTransactionStore>,
  options: ConformanceOptions,
): void {
  const law = laws('OAuthTransactionStore', make, options)
  keeping(law)
  ending(law)
  races(law)
}

function keeping(law: Law<OAuthTransactionStore>): void {
  law('a transaction comes back as it was put, once', async (store) => {
    const text = 'x-_'.repeat(2_000)
    await put(store, 'a', text)
    assert.deepEqual([await take(store, 'a'), await take(store, 'a')], [text, undefined])
  })

  law('what was never put is not there', async (store) => {
    assert.equal(await take(store, 'a'), undefined)
  })

  law('keys do not know each other', async (store) => {
    const keys = ['a', 'A', 'a ', "ü'; --", 'a'.repeat(43)]
    for (const key of keys) await put(store, key, `of ${key}`)
    for (const key of keys) assert.equal(await take(store, key), `of ${key}`)
  })
}

function ending(law: Law<OAuthTransactionStore>): void {
  law('a transaction is put in the place of another, and lives from then on', async (store, advance) => {
    await put(store, 'a', 'first')
    await advance(MINUTE / 2)
    await put(store, 'a', 'second')
    await advance(MINUTE / 2)
    assert.deepEqual([await take(store, 'a'), await take(store, 'a')], ['second', undefined])
  })

  law('a transaction is there until its time is over', async (store, advance) => {
    await put(store, 'short', 'x', MINUTE)
    await put(store, 'long', 'x', 2 * MINUTE)
    await put(store, 'other', 'x', MINUTE)
    await advance(MINUTE - MOMENT)
    assert.equal(await take(store, 'other'), 'x')
    await advance(MOMENT)
    assert.deepEqual([await take(store, 'short'), await take(store, 'long')], [undefined, 'x'])
  })

  law('a transaction is counted in milliseconds, whenever it is put', async (store, advance) => {
    const keys = ['a', 'b']
    const begin = (ttl: number) => Promise.all(keys.map((key) => put(store, key, 'x', ttl)))
    const isAlive = async () => (await take(store, keys.pop() ?? '')) !== undefined
    await lastsToTheMillisecond(advance, begin, isAlive)
  })
}

function races(law: Law<OAuthTransactionStore>): void {
  law('of 50 that take one at once exactly one gets it', async (store) => {
    await put(store, 'a', 'x')
    const taken = await Promise.all(Array.from({ length: 50 }, () => take(store, 'a')))
    assert.deepEqual(
      taken.filter((text) => text !== undefined),
      ['x'],
    )
  })
}

function put(
  store: OAuthTransactionStore,
  key: string,
  text: string,
  ttl: number = MINUTE,
): PromiseLike<void> {
  return store.put(key, text, ttl, Date.now())
}

function take(store: OAuthTransactionStore, key: string): PromiseLike<string | undefined> {
  return store.take(key, Date.now())
}
