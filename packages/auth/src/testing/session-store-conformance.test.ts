import type { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { memorySessionStore, type SessionStore, type StoredSession } from '../tokens/index.js'
import { brokenLaws, inWholeSeconds, lawsOf, methodsOf, type Twin } from './broken.fixture.js'
import { sessionStoreConformance } from './session-store-conformance.js'

type Change = (store: SessionStore, clock: TestClock) => Partial<SessionStore>

const twin =
  (change: Change): Twin<SessionStore> =>
  (clock: TestClock): SessionStore => {
    const store = methodsOf(memorySessionStore({ clock }))
    return { ...store, ...change(store, clock) }
  }

const later = () => new Promise((resolve) => setImmediate(resolve))

const twins: readonly [law: string, change: Change][] = [
  [
    'a session comes back as it was given',
    (store) => ({
      create: (session, now) =>
        store.create({ ...session, data: JSON.stringify(JSON.parse(session.data)) }, now),
    }),
  ],
  [
    'data of 64 KiB comes back whole, and so does an empty text',
    (store) => ({
      create: (session, now) => store.create({ ...session, data: session.data.slice(0, 4_000) }, now),
    }),
  ],
  [
    'data of 64 KiB comes back whole, and so does an empty text',
    (store) => ({
      change: (key, { data, ...change }, now) =>
        store.change(key, { ...change, data: data?.slice(0, 4_000) }, now),
    }),
  ],
  [
    'data of 64 KiB comes back whole, and so does an empty text',
    (store) => ({
      change: (key, { data, ...change }, now) => store.change(key, { ...change, ...(data && { data }) }, now),
    }),
  ],
  [
    'a session is found by its own id only',
    (store) => ({ destroy: (handle, _, now) => store.destroy(handle, undefined, now) }),
  ],
  [
    'the sessions of a subject are listed, the oldest first',
    (store) => ({ list: async (sub, now) => (await store.list(sub, now)).toReversed() }),
  ],
  [
    'use moves the idle end, and nothing else',
    (store) => ({ change: (key, change, now) => store.change(key, { ...change, data: '"other"' }, now) }),
  ],
  [
    'a change of the data alone is no use',
    (store) => ({ change: (key, change, now) => store.change(key, { idleTtl: 3_600_000, ...change }, now) }),
  ],
  [
    'a new id is good, and the old one means nothing',
    (store) => {
      const old = new Map<string, string>()
      const newest = (hash: string): string => (old.has(hash) ? newest(old.get(hash) ?? '') : hash)
      return {
        change: (key, change, now) => {
          const hash = newest(key.hash)
          if (change.hash !== undefined) old.set(hash, change.hash)
          return store.change({ ...key, hash }, change, now)
        },
        get: (key, now) => store.get({ ...key, hash: newest(key.hash) }, now),
      }
    },
  ],
  [
    'a session that lies unused ends',
    (store) => ({
      create: (session, now) => store.create({ ...session, idleTtl: session.absoluteTtl }, now),
    }),
  ],
  [
    'a session that lies unused ends',
    // Ends some minutes early.
    (store, clock) => ({
      get: async (key, now) => {
        const session = await store.get(key, now)
        return session && clock.now() < session.idleExpiresAt - 600_000 ? session : undefined
      },
    }),
  ],
  [
    'a session ends, however much it is used',
    (store) => ({ create: (session, now) => store.create({ ...session, absoluteTtl: 3.6e9 }, now) }),
  ],
  [
    'a session ends at its latest end, though it may lie unused for longer',
    // Looks at the idle end alone, which it has not cut.
    (store) => ({
      create: ({ idleTtl, absoluteTtl, ...session }, now) =>
        store.create({ ...session, idleTtl, absoluteTtl: Math.max(idleTtl, absoluteTtl) }, now),
    }),
  ],
  [
    'a session ends at its latest end, though it may lie unused for longer',
    // Ends some minutes early.
    (store, clock) => ({
      get: async (key, now) => {
        const session = await store.get(key, now)
        return session && clock.now() < session.expiresAt - 600_000 ? session : undefined
      },
    }),
  ],
  [
    'a session is counted in milliseconds, whenever it begins',
    (store, clock) => ({
      create: (session, now) =>
        store.create({ ...session, idleTtl: inWholeSeconds(session.idleTtl, clock) }, now),
    }),
  ],
  [
    'a session that is destroyed is gone',
    (store) => {
      const kept = new Map<string, StoredSession>()
      return {
        get: async (key, now) => {
          const session = (await store.get(key, now)) ?? kept.get(key.handle)
          if (session !== undefined) kept.set(key.handle, session)
          return session
        },
      }
    },
  ],
  [
    'destroying all counts those that were alive',
    (store) => {
      let rows = 0
      return {
        create: (session, now) => {
          rows++
          return store.create(session, now)
        },
        destroyAll: async (sub, now) => Number((await store.destroyAll(sub, now)) > 0) && rows,
      }
    },
  ],
  [
    'destroying all ends the sessions of that subject, and no other',
    (store) => ({
      destroyAll: async (sub, now) =>
        (await store.destroyAll('another', now)) + (await store.destroyAll(sub, now)),
    }),
  ],
  [
    'subjects that look alike are several',
    (store) => ({
      create: (session, now) => store.create({ ...session, sub: session.sub.trimEnd() }, now),
      list: (sub, now) => store.list(sub.trimEnd(), now),
      destroyAll: (sub, now) => store.destroyAll(sub.trimEnd(), now),
    }),
  ],
  [
    'subjects that look alike are several',
    // As a column of 255 characters that cuts what is longer.
    (store) => ({
      create: (session, now) => store.create({ ...session, sub: session.sub.slice(0, 255) }, now),
      list: (sub, now) => store.list(sub.slice(0, 255), now),
      destroyAll: (sub, now) => store.destroyAll(sub.slice(0, 255), now),
    }),
  ],
  [
    'of 50 that give a new id at once exactly one succeeds',
    (store) => ({
      change: async (key, change, now) => {
        const session = await store.get(key, now)
        await later()
        return (await store.change(key, change, now)) ?? session
      },
    }),
  ],
  [
    'a change that is under way does not bring a destroyed session back',
    (store) => ({
      change: async (key, change, now) => {
        const session = await store.get(key, now)
        await later()
        if (session !== undefined && (await store.get(key, now)) === undefined)
          await store.create({ ...session, hash: key.hash, idleTtl: 3_600_000, absoluteTtl: 3_600_000 }, now)
        return store.change(key, change, now)
      },
    }),
  ],
  [
    'destroying all reaches every session that was created before',
    (store) => ({
      destroyAll: async (sub, now) => {
        const sessions = (await store.list(sub, now)).slice(0, 10)
        for (const { handle } of sessions) await store.destroy(handle, undefined, now)
        return sessions.length
      },
    }),
  ],
  [
    'destroying all reaches every session that was created before',
    (store) => ({ list: async (sub, now) => (await store.list(sub, now)).slice(0, 10) }),
  ],
]

describe('sessionStoreConformance', () => {
  test('accepts a store', async () => {
    expect(
      await brokenLaws(
        sessionStoreConformance,
        twin(() => ({})),
      ),
    ).toEqual([])
  })

  test.each(twins)('rejects a twin that breaks: %s', async (law, change) => {
    expect(await brokenLaws(sessionStoreConformance, twin(change))).toContain(law)
  })

  test('has a broken twin for every law', () => {
    expect(lawsOf(sessionStoreConformance)).toEqual([...new Set(twins.map(([law]) => law))])
  })
})
