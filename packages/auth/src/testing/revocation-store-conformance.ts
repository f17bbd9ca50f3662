import { assert, type ConformanceOptions, type Law, laws, type Make } from '@base/core/testing'
import type { RevocationStore } from '../tokens/revocation/revocation-store.js'

const TTL = 1_000
const ISSUER = 'https://login.example.com'

/**
 * What every {@link RevocationStore} must do. Each law gets an empty store; `advance` lets time pass for it.
 *
 * @example
 * import { revocationStoreConformance } from '@base/auth/testing'
 * import { TestClock } from '@base/core/testing'
 * import { test } from 'vitest'
 *
 * revocationStoreConformance(
 *   () => {
 *     const clock = new TestClock()
 *     return { subject: memoryRevocationStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
 *   },
 *   { test },
 * )
 */
export function revocationStoreConformance(make: Make<RevocationStore>, options: ConformanceOptions): void {
  const law = laws('RevocationStore', make, options)
  tokens(law)
  sessions(law)
  times(law)
  epochs(law)
  crowds(law)
}

function tokens(law: Law<RevocationStore>): void {
  law('knows nothing at first', async (store) => {
    assert.deepEqual(await find(store, 'a', 'user'), { revoked: false, epoch: 0 })
  })

  law('knows a token that was revoked, and no other', async (store) => {
    await store.revoke({ issuer: ISSUER, id: 'a', ttl: TTL })
    assert.deepEqual(await find(store, 'a', 'user'), { revoked: true, epoch: 0 })
    assert.equal((await find(store, 'b')).revoked, false)
    assert.equal((await find(store, 'A')).revoked, false)
    assert.equal((await store.find({ issuer: 'https://other.example.com', id: 'a' })).revoked, false)
  })

  law('tells pairs of issuer and id apart, whatever is in them', async (store) => {
    const texts = ['a', ':', '|', '\\', '"', ',', ' ', '%', '/', 'ü', '__proto__']
    for (const text of texts) await store.revoke({ issuer: `a${text}`, id: 'b', ttl: TTL })
    for (const text of texts) {
      assert.equal((await store.find({ issuer: `a${text}`, id: 'b' })).revoked, true)
      assert.equal((await store.find({ issuer: 'a', id: `${text}b` })).revoked, false)
    }
  })

  law('does not take an id for a subject', async (store) => {
    await store.revoke({ issuer: ISSUER, id: 'x', ttl: TTL })
    await store.revokeAll({ issuer: ISSUER, subject: 'y', at: 5, ttl: TTL })
    assert.deepEqual(await find(store, 'y', 'x'), { revoked: false, epoch: 0 })
  })
}

function sessions(law: Law<RevocationStore>): void {
  law('knows a session that was revoked, and does not take it for a token or a subject', async (store) => {
    await store.revoke({ issuer: ISSUER, session: 's', ttl: TTL })
    assert.deepEqual(await store.find({ issuer: ISSUER, session: 's' }), { revoked: true, epoch: 0 })
    const all = { issuer: ISSUER, id: 'a', session: 's', subject: 'user' }
    assert.deepEqual(await store.find(all), { revoked: true, epoch: 0 })
    assert.deepEqual(await store.find({ ...all, session: 'S' }), { revoked: false, epoch: 0 })
    assert.deepEqual(await store.find({ ...all, issuer: 'other' }), { revoked: false, epoch: 0 })
    assert.deepEqual(await find(store, 's', 's'), { revoked: false, epoch: 0 }, 'it is no token')
    await store.revoke({ issuer: ISSUER, id: 'a', ttl: TTL })
    assert.equal((await store.find({ issuer: ISSUER, session: 'a' })).revoked, false, 'a token is no session')
    assert.equal((await store.find({ ...all, session: 'other' })).revoked, true, 'a token of no such session')
  })

  law('remembers a session for its time, and the longer of two counts', async (store, advance) => {
    await store.revoke({ issuer: ISSUER, session: 'long', ttl: TTL })
    await store.revoke({ issuer: ISSUER, session: 'long', ttl: 1 })
    await advance(50)
    assert.equal((await store.find({ issuer: ISSUER, session: 'long' })).revoked, true)
  })
}

function times(law: Law<RevocationStore>): void {
  law('looks for what it is asked for alone', async (store) => {
    await store.revoke({ issuer: ISSUER, id: 'a', ttl: TTL })
    await store.revokeAll({ issuer: ISSUER, subject: 'user', at: 5, ttl: TTL })
    assert.deepEqual(await store.find({ issuer: ISSUER, id: 'a' }), { revoked: true, epoch: 0 })
    assert.deepEqual(await store.find({ issuer: ISSUER, subject: 'user' }), { revoked: false, epoch: 5 })
    assert.deepEqual(await store.find({ issuer: ISSUER }), { revoked: false, epoch: 0 })
  })

  law('remembers a token for its time, and the longer of two counts', async (store, advance) => {
    await store.revoke({ issuer: ISSUER, id: 'long', ttl: TTL })
    await store.revoke({ issuer: ISSUER, id: 'long', ttl: 1 })
    await store.revoke({ issuer: ISSUER, id: 'longer', ttl: 1 })
    await store.revoke({ issuer: ISSUER, id: 'longer', ttl: TTL })
    await advance(50)
    assert.equal((await find(store, 'long')).revoked, true, 'the shorter time was taken')
    assert.equal((await find(store, 'longer')).revoked, true, 'the longer time was not taken')
  })
}

function epochs(law: Law<RevocationStore>): void {
  law('remembers an epoch for its time, and the longer of two counts', async (store, advance) => {
    await store.revokeAll({ issuer: ISSUER, subject: 'user', at: 5, ttl: TTL })
    await store.revokeAll({ issuer: ISSUER, subject: 'user', at: 5, ttl: 1 })
    await advance(50)
    assert.equal((await store.find({ issuer: ISSUER, subject: 'user' })).epoch, 6)
  })

  law('an epoch is the time of who asks, or one more than the last', async (store) => {
    const raise = (at: number) => store.revokeAll({ issuer: ISSUER, subject: 'user', at, ttl: TTL })
    assert.equal(await raise(1_735_689_600_123), 1_735_689_600_123)
    assert.equal(await raise(1_735_689_600_123), 1_735_689_600_124)
    assert.equal(await raise(7), 1_735_689_600_125)
    assert.equal(await raise(1_735_689_700_000), 1_735_689_700_000)
    assert.equal((await store.find({ issuer: ISSUER, subject: 'user' })).epoch, 1_735_689_700_000)
    assert.equal((await store.find({ issuer: ISSUER, subject: 'User' })).epoch, 0)
    assert.equal((await store.find({ issuer: 'other', subject: 'user' })).epoch, 0)
  })

  law('fifty that raise an epoch at once get fifty epochs', async (store) => {
    const raise = () => store.revokeAll({ issuer: ISSUER, subject: 'user', at: 100, ttl: TTL })
    const epochs = await Promise.all(Array.from({ length: 50 }, raise))
    assert.deepEqual(
      epochs.sort((a, b) => a - b),
      Array.from({ length: 50 }, (_, index) => 100 + index),
    )
    assert.equal((await store.find({ issuer: ISSUER, subject: 'user' })).epoch, 149)
  })
}

function crowds(law: Law<RevocationStore>): void {
  law('fifty tokens that are revoked at once are all known once that is done', async (store) => {
    const ids = Array.from({ length: 50 }, (_, index) => `token-${index}`)
    await Promise.all(ids.map((id) => store.revoke({ issuer: ISSUER, id, ttl: TTL })))
    const found = await Promise.all(ids.map((id) => find(store, id)))
    assert.ok(found.every(({ revoked }) => revoked))
  })
}

function find(store: RevocationStore, id: string, subject?: string): ReturnType<RevocationStore['find']> {
  return store.find({ issuer: ISSUER, id, subject })
}
