import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import {
  memoryRevocationStore,
  type RevocationStore,
  type RevokedSession,
  type RevokedSubject,
  type RevokedToken,
} from '../tokens/index.js'
import { brokenLaws, inWholeSeconds, lawsOf } from './broken.fixture.js'
import { revocationStoreConformance } from './index.js'

const DAY = 86_400_000

type Change = (store: RevocationStore, clock: TestClock) => RevocationStore

const by = (twin: Change) => (clock: TestClock) => twin(memoryRevocationStore({ clock }), clock)

/** Remembers some for so many days at most. */
function forDays(
  days: number,
  isMeant: (what: RevokedToken | RevokedSession | RevokedSubject) => boolean,
): Change {
  const short = <T extends RevokedToken | RevokedSession | RevokedSubject>(what: T): T =>
    isMeant(what) ? { ...what, ttl: Math.min(what.ttl, days * DAY) } : what
  return (store) => ({
    ...store,
    revoke: (token) => store.revoke(short(token)),
    revokeAll: (subject) => store.revokeAll(short(subject)),
  })
}

revocationStoreConformance(
  () => {
    const clock = new TestClock()
    return {
      subject: memoryRevocationStore({ clock }),
      advance: (duration) => clock.advance(duration),
      dispose: () => {},
    }
  },
  { test },
)

describe('revocationStoreConformance', () => {
  const twins: readonly [law: string, twin: Change][] = [
    ['knows nothing at first', (store) => ({ ...store, find: async () => ({ revoked: true, epoch: 0 }) })],
    [
      'knows a token that was revoked, and no other',
      (store) => ({
        ...store,
        revoke: (token) => store.revoke('id' in token ? { ...token, id: token.id.toLowerCase() } : token),
        find: (query) => store.find({ ...query, id: query.id?.toLowerCase() }),
      }),
    ],
    [
      'tells pairs of issuer and id apart, whatever is in them',
      (store) => ({
        ...store,
        revoke: (token) =>
          store.revoke('id' in token ? { ...token, issuer: '', id: token.issuer + token.id } : token),
        find: ({ issuer, id, subject }) => store.find({ issuer: '', id: `${issuer}${id}`, subject }),
      }),
    ],
    [
      'tells pairs of issuer and id apart, whatever is in them',
      (store) => ({
        ...store,
        revokeAll: (subject) =>
          store.revokeAll({ ...subject, issuer: '', subject: subject.issuer + subject.subject }),
        find: async ({ issuer, subject, ...names }) => {
          const { revoked } = await store.find({ issuer, ...names })
          const { epoch } = await store.find({ issuer: '', subject: subject && issuer + subject })
          return { revoked, epoch }
        },
      }),
    ],
    ...(['issuer', 'id', 'session', 'subject'] as const).map((cut): [string, Change] => [
      'tells names apart that look alike, however long they are',
      (store) => {
        const short = <T extends object>(what: T): T =>
          cut in what ? { ...what, [cut]: String(what[cut as keyof T]).slice(0, 255) } : what
        return {
          revoke: (revoked) => store.revoke(short(revoked)),
          revokeAll: (subject) => store.revokeAll(short(subject)),
          find: (query) => store.find(short(query)),
        }
      },
    ]),
    [
      'does not take an id for a subject',
      (store) => ({
        ...store,
        revokeAll: async (subject) => {
          await store.revoke({ issuer: subject.issuer, id: subject.subject, ttl: subject.ttl })
          return store.revokeAll(subject)
        },
      }),
    ],
    [
      'knows a session that was revoked, and does not take it for a token or a subject',
      (store) => ({
        ...store,
        revoke: (token) =>
          store.revoke(
            'session' in token ? { issuer: token.issuer, id: token.session, ttl: token.ttl } : token,
          ),
        find: async ({ session, ...query }) => {
          const found = await store.find(query)
          const family = await store.find({ issuer: query.issuer, id: session })
          return { ...found, revoked: found.revoked || family.revoked }
        },
      }),
    ],
    [
      'remembers a session for its time, and the longer of two counts',
      (store) => {
        const ends = new Map<string, number>()
        return {
          ...store,
          revoke: async (token) => void ends.set('session' in token ? token.session : '', token.ttl),
          find: async ({ session }) => ({ revoked: (ends.get(session ?? '') ?? 0) > DAY, epoch: 0 }),
        }
      },
    ],
    [
      'remembers a session for its time, and the longer of two counts',
      // The first time counts.
      (store) => {
        const known = new Set<string>()
        return {
          ...store,
          revoke: async (token) => {
            if ('session' in token && known.has(token.session)) return
            if ('session' in token) known.add(token.session)
            await store.revoke(token)
          },
        }
      },
    ],
    [
      'remembers a session for its time, and the longer of two counts',
      forDays(1, (token) => 'session' in token),
    ],
    [
      'looks for what it is asked for alone',
      (store) => ({ ...store, find: (query) => store.find({ subject: 'user', ...query }) }),
    ],
    [
      'remembers a token for its time, and the longer of two counts',
      (store) => {
        const ends = new Map<string, number>()
        return {
          ...store,
          revoke: async (token) => void ends.set('id' in token ? token.id : '', token.ttl),
          find: async ({ id }) => ({ revoked: (ends.get(id ?? '') ?? 0) > DAY, epoch: 0 }),
        }
      },
    ],
    ['remembers a token for its time, and the longer of two counts', forDays(29, (token) => 'id' in token)],
    ...(['id', 'session', 'subject'] as const).map((kind): [string, Change] => [
      'forgets nothing before its time, whenever that begins',
      (store, clock) => {
        const short = <T extends { ttl: number }>(what: T) =>
          kind in what ? { ...what, ttl: inWholeSeconds(what.ttl, clock) } : what
        return {
          ...store,
          revoke: (token) => store.revoke(short(token)),
          revokeAll: (subject) => store.revokeAll(short(subject)),
        }
      },
    ]),
    [
      'remembers an epoch for its time, and the longer of two counts',
      (store) => ({
        ...store,
        revokeAll: async (subject) => {
          const epoch = await store.revokeAll(subject)
          return subject.ttl > 1 ? epoch : epoch - 1
        },
        find: async (query) => {
          const found = await store.find(query)
          return { ...found, epoch: found.epoch === 6 ? 0 : found.epoch }
        },
      }),
    ],
    ['remembers an epoch for its time, and the longer of two counts', forDays(29, () => true)],
    [
      'an epoch is raised for that subject of that issuer alone',
      // Those of all whom it knows.
      (store) => {
        const known: RevokedSubject[] = []
        return {
          ...store,
          revokeAll: async (subject) => {
            for (const other of known) await store.revokeAll(other)
            known.push(subject)
            return store.revokeAll(subject)
          },
        }
      },
    ],
    [
      'an epoch is the time of who asks, or one more than the last',
      (store) => ({
        ...store,
        revokeAll: async (subject) => {
          const { epoch } = await store.find(subject)
          return store.revokeAll({ ...subject, at: Math.max(subject.at, epoch + 2) })
        },
      }),
    ],
    [
      'fifty that raise an epoch at once get fifty epochs',
      (store) => {
        const epochs = new Map<string, number>()
        return {
          ...store,
          // Reads, then writes.
          revokeAll: async ({ subject, at }) => {
            const next = Math.max(at, (epochs.get(subject) ?? 0) + 1)
            await Promise.resolve()
            epochs.set(subject, next)
            return next
          },
          find: async ({ subject }) => ({ revoked: false, epoch: epochs.get(subject ?? '') ?? 0 }),
        }
      },
    ],
    [
      'fifty tokens that are revoked at once are all known once that is done',
      (store) => {
        let pending = 0
        return {
          ...store,
          revoke: async (token) => {
            if (++pending > 30) return
            await store.revoke(token)
          },
        }
      },
    ],
  ]

  test.each(twins)('finds who breaks: %s', async (law, twin) => {
    expect(await brokenLaws(revocationStoreConformance, by(twin))).toContain(law)
  })

  test('accepts one that obeys', async () => {
    expect(
      await brokenLaws(
        revocationStoreConformance,
        by((store) => store),
      ),
    ).toEqual([])
  })

  test('has a broken twin for every law', () => {
    expect(lawsOf(revocationStoreConformance)).toEqual([...new Set(twins.map(([law]) => law))])
  })
})

describe('memoryRevocationStore', () => {
  test('forgets what is over', async () => {
    const clock = new TestClock()
    const store = memoryRevocationStore({ clock })
    await store.revoke({ issuer: 'i', id: 'a', ttl: 1_000 })
    await store.revokeAll({ issuer: 'i', subject: 'u', at: 5, ttl: 1_000 })
    await clock.advance(999)
    expect(await store.find({ issuer: 'i', id: 'a', subject: 'u' })).toEqual({ revoked: true, epoch: 5 })
    await clock.advance(1)
    expect(await store.find({ issuer: 'i', id: 'a', subject: 'u' })).toEqual({ revoked: false, epoch: 0 })
  })

  test('refuses a wrong clock', () => {
    expect(() => memoryRevocationStore({ clock: {} as never })).toThrow('clock must be')
  })
})
