import { assert, type ConformanceOptions, type Law, laws, type Make } from '@base/core/testing'
import type { NewStoredSession, SessionStore, StoredSession } from '../tokens/sessions/session-store.js'
import { lastsToTheMillisecond } from './to-the-millisecond.js'

const SECOND = 1_000
const HOUR = 3_600 * SECOND

/**
 * What every `SessionStore` must do; a store is one when it passes this against the real system.
 *
 * `make` gives a store without sessions. `advance(d)` lets a time of up to some hours pass for it: in memory by its
 * TestClock, on a server by a clock that is given to it, or by moving what it has stored into the past.
 *
 * @example
 * import { memorySessionStore } from '@base/auth/tokens'
 * import { sessionStoreConformance } from '@base/auth/testing'
 * import { TestClock } from '@base/core/testing'
 * import { test } from 'vitest'
 *
 * sessionStoreConformance(
 *   () => {
 *     const clock = new TestClock()
 *     return { subject: memorySessionStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
 *   },
 *   { test },
 * )
 */
export function sessionStoreConformance(make: Make<SessionStore>, options: ConformanceOptions): void {
  const law = laws('SessionStore', make, options)
  keeping(law)
  changing(law)
  ending(law)
  races(law)
}

function keeping(law: Law<SessionStore>): void {
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

function changing(law: Law<SessionStore>): void {
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

function ending(law: Law<SessionStore>): void {
  law('a session that lies unused ends', async (store, advance) => {
    await created(store, 'a')
    await advance(HOUR)
    assert.equal(await get(store, 'a', 'a0'), undefined)
    assert.equal(await change(store, 'a', 'a0', { idleTtl: HOUR }), undefined)
    assert.equal(await store.destroy(handleOf('a'), hashOf('a0'), Date.now()), false)
    assert.deepEqual(await listed(store), [])
  })

  law('a session ends, however much it is used', async (store, advance) => {
    await created(store, 'a')
    for (let use = 0; use < 5; use++) {
      await advance(HOUR / 2)
      const used = await change(store, 'a', 'a0', { idleTtl: HOUR })
      assert.ok(used !== undefined && used.idleExpiresAt <= used.expiresAt)
    }
    await advance(HOUR / 2)
    assert.equal(await get(store, 'a', 'a0'), undefined)
    assert.equal(await change(store, 'a', 'a0', { idleTtl: HOUR }), undefined)
    assert.deepEqual(await listed(store), [])
  })

  law('a session ends at its latest end, though it may lie unused for longer', async (store, advance) => {
    const { idleExpiresAt, expiresAt } = await created(store, 'a', { idleTtl: 5 * HOUR })
    assert.equal(idleExpiresAt, expiresAt)
    const used = await change(store, 'a', 'a0', { idleTtl: 5 * HOUR })
    assert.equal(used?.idleExpiresAt, expiresAt)
    await advance(3 * HOUR)
    assert.equal(await get(store, 'a', 'a0'), undefined)
    assert.equal(await change(store, 'a', 'a0', { idleTtl: HOUR }), undefined)
    assert.deepEqual(await listed(store), [])
  })

  law('a session is counted in milliseconds, whenever it begins', async (store, advance) => {
    await lastsToTheMillisecond(
      advance,
      (idleTtl) => created(store, 'a', { idleTtl }),
      async () => (await get(store, 'a', 'a0')) !== undefined,
    )
  })

  law('a session that is destroyed is gone', async (store) => {
    for (const hash of [hashOf('a0'), undefined]) {
      await created(store, 'a')
      assert.equal(await store.destroy(handleOf('a'), hash, Date.now()), true)
      assert.equal(await store.destroy(handleOf('a'), hash, Date.now()), false)
      assert.equal(await get(store, 'a', 'a0'), undefined)
      assert.equal(await change(store, 'a', 'a0', { idleTtl: HOUR }), undefined)
      assert.deepEqual(await listed(store), [])
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
}

function races(law: Law<SessionStore>): void {
  const many = Array.from({ length: 50 }, (_, index) => index)

  law('of 50 that give a new id at once exactly one succeeds', async (store) => {
    await created(store, 'a')
    const all = await Promise.all(many.map((n) => change(store, 'a', 'a0', { hash: hashOf(`x${n}`) })))
    assert.equal(all.filter((session) => session !== undefined).length, 1)
    for (const n of many) assert.equal((await get(store, 'a', `x${n}`)) !== undefined, all[n] !== undefined)
    assert.deepEqual(await listed(store), [handleOf('a')])
  })

  law('a change that is under way does not bring a destroyed session back', async (store) => {
    for (const round of many.slice(0, 20)) {
      const name = `r${round}-`
      await created(store, name)
      const use = () => change(store, name, `${name}0`, { idleTtl: HOUR, data: '"used"' })
      const first = use()
      const ended =
        round % 2
          ? store.destroyAll('user', Date.now())
          : store.destroy(handleOf(name), undefined, Date.now())
      await Promise.all([first, ended, use(), use()])
      assert.equal(await get(store, name, `${name}0`), undefined)
      assert.deepEqual(await listed(store), [])
    }
  })

  law('destroying all reaches every session that was created before', async (store) => {
    const names = many.map((n) => `m${n}-`)
    await Promise.all(names.map((name) => created(store, name)))
    assert.equal(await store.destroyAll('user', Date.now()), names.length)
    assert.deepEqual(await listed(store), [])
  })
}

function handleOf(name: string): string {
  return name.padEnd(24, '_')
}

function hashOf(name: string): string {
  return name.padEnd(43, '-')
}

async function created(
  store: SessionStore,
  name: string,
  changes: Partial<NewStoredSession> = {},
): Promise<StoredSession> {
  const hash = hashOf(`${name}0`)
  const ttl = { idleTtl: HOUR, absoluteTtl: 3 * HOUR }
  await store.create(
    { handle: handleOf(name), hash, sub: 'user', data: '{}', ...ttl, ...changes },
    Date.now(),
  )
  return (await store.get({ handle: handleOf(name), hash }, Date.now())) as StoredSession
}

async function get(store: SessionStore, name: string, id: string): Promise<StoredSession | undefined> {
  return store.get({ handle: handleOf(name), hash: hashOf(id) }, Date.now())
}

async function change(
  store: SessionStore,
  name: string,
  id: string,
  change: Parameters<SessionStore['change']>[1],
) {
  return store.change({ handle: handleOf(name), hash: hashOf(id) }, change, Date.now())
}

async function listed(store: SessionStore): Promise<string[]> {
  return (await store.list('user', Date.now())).map(({ handle }) => handle)
}
