import type { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { type ApiKeyStore, memoryApiKeyStore, type StoredApiKey } from '../api-keys/index.js'
import { apiKeyStoreConformance } from './api-key-store-conformance.js'
import { brokenLaws, lawsOf, methodsOf } from './broken.fixture.js'
import { DAY } from './times.js'

type Change = (store: ApiKeyStore, clock: TestClock) => Partial<ApiKeyStore>

const twin =
  (change: Change) =>
  (clock: TestClock): ApiKeyStore => {
    const store = methodsOf(memoryApiKeyStore({ clock }))
    return { ...store, ...change(store, clock) }
  }

const later = () => new Promise((resolve) => setImmediate(resolve))

/** What a store gives is changed. */
const seenAs =
  (see: (key: StoredApiKey) => StoredApiKey): Change =>
  (store) => ({
    find: async (id, now) => {
      const key = await store.find(id, now)
      return key && see(key)
    },
  })

/** As others are added, a key is forgotten so long after its end. */
const forgetting =
  (after: number): Change =>
  (store, clock) => {
    const ids = new Set<string>()
    const forgotten = new Set<string>()
    return {
      create: async (key, now) => {
        for (const id of ids) {
          const { revokedAt, secrets = [] } = (await store.find(id, now)) ?? {}
          const end = revokedAt ?? secrets[0]?.expiresAt ?? Number.POSITIVE_INFINITY
          if (clock.now() >= end + after) forgotten.add(id)
        }
        ids.add(key.id)
        return store.create(key, now)
      },
      find: async (id, now) => (forgotten.has(id) ? undefined : store.find(id, now)),
    }
  }

const twins: readonly [law: string, change: Change][] = [
  [
    'a key comes back as it was given',
    (store) => ({
      create: (key, now) => store.create({ ...key, scopes: key.scopes.join(',').split(',') }, now),
    }),
  ],
  [
    'a key may have no name, no scopes and no end',
    (store) => ({ create: (key, now) => store.create({ ...key, ttl: key.ttl ?? 365 * 86_400_000 }, now) }),
  ],
  [
    'what was not created is not known',
    (store) => {
      const used: Record<string, string> = {}
      return {
        touch: async (id) => void Object.assign(used, { [id]: 'used' }),
        find: async (id, now) => (id in used ? ({ id } as StoredApiKey) : store.find(id, now)),
      }
    },
  ],
  [
    'the keys of an owner are listed, the oldest first',
    (store) => ({ list: async (owner, now) => (await store.list(owner, now)).toReversed() }),
  ],
  ['a use is noted, and nothing else', () => ({ touch: async () => {} })],
  [
    'a new secret is good for as long as the first, and the one before for the overlap',
    (store) => ({
      rotate: (id, rotation, now) => store.rotate(id, { ...rotation, overlap: rotation.overlap + 1 }, now),
    }),
  ],
  [
    'a new secret is good for as long as the first, and the one before for the overlap',
    // The overlap ends early.
    (store, clock) => ({
      find: async (id, now) => {
        const key = await store.find(id, now)
        const secrets = key?.secrets.map((secret, index) => ({
          ...secret,
          isAlive: secret.isAlive && (index === 0 || clock.now() < (secret.expiresAt ?? 0) - 600_000),
        }))
        return key && secrets && { ...key, secrets }
      },
    }),
  ],
  [
    'an overlap prolongs nothing',
    seenAs((key) => ({
      ...key,
      secrets: key.secrets.map((secret, index) =>
        index < 2 ? secret : { ...secret, expiresAt: key.secrets[1]?.expiresAt },
      ),
    })),
  ],
  [
    'without an overlap everything before ends at once',
    (store) => ({
      rotate: (id, { hash, overlap }, now) => store.rotate(id, { hash, overlap: overlap || 60_000 }, now),
    }),
  ],
  [
    'without an overlap everything before ends at once',
    // What has ended is not said to be alive, nor that it is not.
    seenAs((key) => ({
      ...key,
      secrets: key.secrets.map((secret, index) =>
        index === 0 ? secret : { ...secret, isAlive: (secret.isAlive || undefined) as boolean },
      ),
    })),
  ],
  [
    'of a key without an end only the secrets before have one',
    seenAs((key) => ({
      ...key,
      secrets: key.secrets.map((secret) =>
        key.secrets[0]?.expiresAt === undefined ? { ...secret, expiresAt: undefined, isAlive: true } : secret,
      ),
    })),
  ],
  ['the last ten secrets are known', seenAs((key) => ({ ...key, secrets: key.secrets.slice(0, 2) }))],
  [
    'the last ten secrets are known',
    // Cuts off what it takes for padding.
    seenAs((key) => ({
      ...key,
      secrets: key.secrets.map((secret, index) =>
        index < 2 ? secret : { ...secret, hash: secret.hash.replace(/-+$/, '') },
      ),
    })),
  ],
  [
    'a key ends, and is known for a week',
    (store) => ({
      find: async (id, now) => {
        const key = await store.find(id, now)
        return key?.secrets[0]?.isAlive ? key : undefined
      },
    }),
  ],
  ['a key ends, and is known for a week', forgetting(-7 * DAY)],
  ['a key ends, and is known for a week', forgetting(6 * DAY)],
  ['a key that is revoked is never good again, and known for a week', forgetting(6 * DAY)],
  [
    'a key that is revoked is never good again, and known for a week',
    (store) => {
      const hidden = new Set<string>()
      return {
        revoke: async (id, now) => {
          if (hidden.has(id)) return false
          hidden.add(id)
          return store.revoke(id, now)
        },
        touch: async (id) => void hidden.delete(id),
        find: async (id, now) => {
          const key = await store.find(id, now)
          return key && (hidden.has(id) ? key : { ...key, revokedAt: undefined })
        },
      }
    },
  ],
  [
    'revoking all ends the keys of that owner, and no other',
    (store) => ({
      revokeAll: async (ownerId, now) =>
        (await store.revokeAll(ownerId, now)) + (await store.revokeAll('another', now)) * 0,
    }),
  ],
  [
    'revoking all ends the keys of that owner, and no other',
    // Those that are new.
    (store, clock) => ({
      revokeAll: async (ownerId, now) => {
        const keys = (await store.list(ownerId, now)).filter(({ createdAt }) => createdAt === clock.now())
        const ended = await Promise.all(keys.map(({ id }) => store.revoke(id, now)))
        return ended.filter(Boolean).length
      },
    }),
  ],
  [
    'owners that look alike are several',
    (store) => ({
      create: (key, now) => store.create({ ...key, ownerId: key.ownerId.trimEnd() }, now),
      list: (ownerId, now) => store.list(ownerId.trimEnd(), now),
      revokeAll: (ownerId, now) => store.revokeAll(ownerId.trimEnd(), now),
    }),
  ],
  [
    'of 50 rotations at once one gives the present secret, and the others end with the overlap',
    (store) => {
      // Reads what is there, and writes it with the new secret later: all but one are lost.
      let rotations = 0
      return {
        rotate: async (id, rotation, now) => {
          if (++rotations === 1) return store.rotate(id, rotation, now)
          await later()
          return store.find(id, now)
        },
      }
    },
  ],
  [
    'a rotation or a use that is under way does not bring a revoked key back',
    (store) => {
      const back = new Set<string>()
      return {
        touch: async (id, now) => {
          const key = await store.find(id, now)
          await later()
          if (key?.revokedAt === undefined) back.add(id)
          await store.touch(id, now)
        },
        find: async (id, now) => {
          const key = await store.find(id, now)
          return key && (back.has(id) ? { ...key, revokedAt: undefined } : key)
        },
      }
    },
  ],
  [
    'revoking all reaches every key that was created before',
    (store) => ({
      revokeAll: async (ownerId, now) => {
        const keys = (await store.list(ownerId, now)).slice(0, 20)
        const ended = await Promise.all(keys.map(({ id }) => store.revoke(id, now)))
        return ended.filter(Boolean).length
      },
    }),
  ],
  [
    'of 50 revocations at once exactly one ends the key',
    (store) => ({
      revoke: async (id, now) => {
        const key = await store.find(id, now)
        await later()
        await store.revoke(id, now)
        return key !== undefined && key.revokedAt === undefined && key.secrets[0]?.isAlive === true
      },
    }),
  ],
]

describe('apiKeyStoreConformance', () => {
  test('accepts a store', async () => {
    expect(await brokenLaws(apiKeyStoreConformance, (clock) => memoryApiKeyStore({ clock }))).toEqual([])
  })

  test.each(twins)('rejects a twin that breaks: %s', async (law, change) => {
    expect(await brokenLaws(apiKeyStoreConformance, twin(change))).toContain(law)
  })

  test('has a broken twin for every law', () => {
    expect(lawsOf(apiKeyStoreConformance)).toEqual([...new Set(twins.map(([law]) => law))])
  })
})
