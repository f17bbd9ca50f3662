import { assert, type ConformanceOptions, type Law, laws, type Make } from '@base/core/testing'
import type { RevocationStore } from '../tokens/revocation/revocation-store.js'
import { LOOK_ALIKES } from './look-alikes.js'
import { DAY, MOMENT } from './times.js'
import { lastsLongEnough } from './to-the-millisecond.js'

const TTL = 30 * DAY
const ISSUER = 'https://login.example.com'

/**
 * What every {@link RevocationStore} must do. Each law gets an empty store; `advance(d)` lets a time of up to some weeks pass
 * for it: in memory by its TestClock, on a server by a clock that is given to it, or by moving what it has stored into the past.
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
    for (const text of texts) {
      await store.revoke({ issuer: `a${text}`, id: 'b', ttl: TTL })
      await store.revoke({ issuer: `a${text}`, session: 's', ttl: TTL })
      await store.revokeAll({ issuer: `a${text}`, subject: 'u', at: 5, ttl: TTL })
    }
    const unknown = { revoked: false, epoch: 0 }
    for (const text of texts) {
      const issuer = `a${text}`
      assert.deepEqual(await store.find({ issuer, id: 'b', subject: 'u' }), { revoked: true, epoch: 5 })
      assert.equal((await store.find({ issuer, session: 's' })).revoked, true)
      const shifted = { id: `${text}b`, session: `${text}s`, subject: `${text}u` }
      assert.deepEqual(await store.find({ issuer: 'a', ...shifted }), unknown)
    }
  })

  law('tells names apart that look alike, however long they are', async (store) => {
    for (const name of LOOK_ALIKES) {
      await store.revoke({ issuer: name, id: name, ttl: TTL })
      await store.revoke({ issuer: name, session: name, ttl: TTL })
      await store.revokeAll({ issuer: name, subject: name, at: 5, ttl: TTL })
    }
    for (const issuer of LOOK_ALIKES)
      for (const name of LOOK_ALIKES) {
        const [revoked, epoch] = issuer === name ? [true, 5] : [false, 0]
        assert.deepEqual(await store.find({ issuer, id: name, subject: name }), { revoked, epoch })
        assert.equal((await store.find({ issuer, session: name })).revoked, revoked)
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
    await inBothOrders((session, ttl) => store.revoke({ issuer: ISSUER, session, ttl }))
    await advance(TTL - MOMENT)
    for (const session of ['long', 'longer'])
      assert.equal((await store.find({ issuer: ISSUER, session })).revoked, true, session)
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
    await inBothOrders((id, ttl) => store.revoke({ issuer: ISSUER, id, ttl }))
    await advance(TTL - MOMENT)
    for (const id of ['long', 'longer']) assert.equal((await find(store, id)).revoked, true, id)
  })

  law('forgets nothing before its time, whenever that begins', async (store, advance) => {
    const begin = async (ttl: number) => {
      await store.revoke({ issuer: ISSUER, id: 'a', ttl })
      await store.revoke({ issuer: ISSUER, session: 's', ttl })
      await store.revokeAll({ issuer: ISSUER, subject: 'user', at: 5, ttl })
    }
    const isKnown = async () => {
      const { revoked, epoch } = await find(store, 'a', 'user')
      return revoked && epoch === 5 && (await store.find({ issuer: ISSUER, session: 's' })).revoked
    }
    await lastsLongEnough(advance, begin, isKnown)
  })
}

function epochs(law: Law<RevocationStore>): void {
  law('remembers an epoch for its time, and the longer of two counts', async (store, advance) => {
    await inBothOrders((subject, ttl) => store.revokeAll({ issuer: ISSUER, subject, at: 5, ttl }))
    await advance(TTL - MOMENT)
    for (const subject of ['long', 'longer'])
      assert.equal((await store.find({ issuer: ISSUER, subject })).epoch, 6, subject)
  })

  law('an epoch is raised for that subject of that issuer alone', async (store) => {
    const subjects = [
      [ISSUER, 'user'],
      [ISSUER, 'another'],
      ['other', 'user'],
    ] as const
    for (const [issuer, subject] of subjects) await store.revokeAll({ issuer, subject, at: 5, ttl: TTL })
    assert.equal(await store.revokeAll({ issuer: ISSUER, subject: 'user', at: 7, ttl: TTL }), 7)
    const epochs = subjects.map(async ([issuer, subject]) => (await store.find({ issuer, subject })).epoch)
    assert.deepEqual(await Promise.all(epochs), [7, 5, 5])
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

/** Revokes `long` for the longer time first, and `longer` for the shorter one. */
async function inBothOrders(revoke: (name: string, ttl: number) => Promise<unknown>): Promise<void> {
  for (const ttl of [TTL, MOMENT]) await revoke('long', ttl)
  for (const ttl of [MOMENT, TTL]) await revoke('longer', ttl)
}

function find(store: RevocationStore, id: string, subject?: string): ReturnType<RevocationStore['find']> {
  return store.find({ issuer: ISSUER, id, subject })
}
