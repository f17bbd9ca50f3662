import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { memoryRevocationStore, type RevocationStore } from '../tokens/index.js'
import { brokenLaws } from './broken.fixture.js'
import { revocationStoreConformance } from './index.js'

const by = (twin: (store: RevocationStore) => RevocationStore) => (clock: TestClock) =>
  twin(memoryRevocationStore({ clock }))

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
  test.each<[string, (store: RevocationStore) => RevocationStore]>([
    ['knows nothing at first', (store) => ({ ...store, find: async () => ({ revoked: true, epoch: 0 }) })],
    [
      'knows a token that was revoked, and no other',
      (store) => ({
        ...store,
        revoke: (token) => store.revoke({ ...token, id: token.id.toLowerCase() }),
        find: (query) => store.find({ ...query, id: query.id?.toLowerCase() }),
      }),
    ],
    [
      'tells pairs of issuer and id apart, whatever is in them',
      (store) => ({
        ...store,
        revoke: ({ issuer, id, ttl }) => store.revoke({ issuer: '', id: issuer + id, ttl }),
        find: ({ issuer, id, subject }) => store.find({ issuer: '', id: `${issuer}${id}`, subject }),
      }),
    ],
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
      'looks for what it is asked for alone',
      (store) => ({ ...store, find: (query) => store.find({ subject: 'user', ...query }) }),
    ],
    [
      'remembers a token for its time, and the longer of two counts',
      (store) => {
        const ends = new Map<string, number>()
        return {
          ...store,
          revoke: async (token) => void ends.set(token.id, token.ttl),
          find: async ({ id }) => ({ revoked: (ends.get(id ?? '') ?? 0) > 1, epoch: 0 }),
        }
      },
    ],
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
  ])('finds who breaks: %s', async (law, twin) => {
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
