import type { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { memoryRefreshStore, type RefreshRotation, type RefreshStore } from '../tokens/index.js'
import { brokenLaws, lawsOf, methodsOf } from './broken.fixture.js'
import { refreshStoreConformance } from './refresh-store-conformance.js'

const HOUR = 3_600_000

/** A store, and what a twin does in another way. */
type Change = (store: RefreshStore, clock: TestClock) => Partial<RefreshStore>

const twin =
  (change: Change) =>
  (clock: TestClock): RefreshStore => {
    const store = methodsOf(memoryRefreshStore({ clock }))
    return { ...store, ...change(store, clock) }
  }

/** Another store of the same kind, by the same clock, for twins that keep things apart. */
const other = (clock: TestClock) => methodsOf(memoryRefreshStore({ clock }))

/** Reads, and writes later: what everybody writes first. Forks families, and inserts children after their revocation. */
const readThenWrite: Change = (store) => ({
  rotate: async (rotation, now) => {
    const { status } = (await store.find(rotation.familyId, rotation.parent, now)) ?? { status: 'unknown' }
    await new Promise((resolve) => setImmediate(resolve))
    if (status === 'active') {
      const outcome = await store.rotate(rotation, now)
      return outcome.status === 'rotated' ? outcome : { status: 'rotated' }
    }
    return store.rotate(rotation, now)
  },
})

/** Deletes what is revoked. */
const deleting: Change = (store) => {
  const deleted = new Set<string>()
  const remove = async (id: string, now: number) => {
    const was = await store.revokeFamily(id, now)
    deleted.add(id)
    return was
  }
  return {
    revokeFamily: remove,
    find: async (id, hash, now) => (deleted.has(id) ? undefined : store.find(id, hash, now)),
    rotate: async (rotation, now) =>
      deleted.has(rotation.familyId) ? { status: 'unknown' } : store.rotate(rotation, now),
  }
}

const twins: readonly [law: string, change: Change][] = [
  [
    'a family comes back as it was given',
    (store) => ({
      start: (family, now) => store.start({ ...family, data: JSON.stringify(JSON.parse(family.data)) }, now),
    }),
  ],
  [
    'a family is found by its id alone, also one that has ended',
    (store) => ({
      find: async (id, hash, now) => {
        const found = await store.find(id, hash, now)
        return hash === undefined && found?.status === 'revoked' ? undefined : found
      },
    }),
  ],
  [
    'what was not given is absent',
    (store) => ({
      find: async (id, hash, now) => {
        const record = await store.find(id, hash, now)
        return record && { ...record, family: { ...record.family, scope: record.family.scope ?? '' } }
      },
    }),
  ],
  [
    'a token that nobody made is not found, and is none to rotate',
    (store) => ({
      rotate: async (rotation, now) => {
        const outcome = await store.rotate(rotation, now)
        return outcome.status === 'unknown' ? { status: 'expired' } : outcome
      },
    }),
  ],
  [
    'the families of a subject are listed, the oldest first',
    (store) => ({ list: async (sub, now) => (await store.list(sub, now)).toReversed() }),
  ],
  [
    'a rotation puts the child in the place of the parent',
    (store) => ({
      rotate: (rotation, now) =>
        store.rotate({ ...rotation, child: { ...rotation.child, scope: 'read write' } }, now),
    }),
  ],
  [
    'the child can be rotated, and so on',
    (store) => {
      let rotations = 0
      return {
        rotate: async (rotation, now) =>
          ++rotations > 10 ? { status: 'expired' } : store.rotate(rotation, now),
      }
    },
  ],
  [
    'families do not know each other',
    (store) => {
      const ids: string[] = []
      return {
        start: (family, now) => {
          ids.push(family.id)
          return store.start(family, now)
        },
        find: async (_, hash, now) => {
          for (const id of ids) {
            const record = await store.find(id, hash, now)
            if (record !== undefined) return record
          }
          return undefined
        },
      }
    },
  ],
  [
    'within the grace the parent gets the child that was kept, with its scope',
    (store) => ({
      rotate: async (rotation, now) => {
        const outcome = await store.rotate(rotation, now)
        return outcome.status === 'repeated' ? { ...outcome, sealed: rotation.child.sealed ?? '' } : outcome
      },
    }),
  ],
  [
    'after the grace the parent revokes the family',
    (store) => ({
      rotate: async (rotation, now) => {
        const { status } = (await store.find(rotation.familyId, rotation.parent, now)) ?? {}
        const isLate = (await store.list('user', now)).every(
          ({ lastUsedAt, createdAt }) => lastUsedAt === createdAt,
        )
        return status === 'rotated' && isLate ? { status: 'reused' } : store.rotate(rotation, now)
      },
      revokeFamily: async () => false,
      find: async (id, hash, now) => {
        const record = await store.find(id, hash, now)
        return record?.status === 'revoked' ? { ...record, status: 'active' } : record
      },
    }),
  ],
  [
    'the grace is over once the child is used',
    (store) => {
      const kept = new Map<string, string>()
      return {
        rotate: async (rotation, now) => {
          const seal = kept.get(rotation.parent)
          if (seal !== undefined) return { status: 'repeated', sealed: seal }
          const outcome = await store.rotate(rotation, now)
          if (outcome.status === 'rotated') kept.set(rotation.parent, rotation.child.sealed ?? '')
          return outcome
        },
      }
    },
  ],
  [
    'without a grace the parent revokes the family at once',
    (store) => ({
      rotate: (rotation, now) =>
        store.rotate(
          { ...rotation, grace: 1_000, child: { ...rotation.child, sealed: rotation.child.sealed ?? 'x' } },
          now,
        ),
    }),
  ],
  [
    'who asks with a shorter grace is answered by it',
    (store) => ({
      rotate: (rotation, now) =>
        store.rotate({ ...rotation, grace: rotation.child.sealed === undefined ? 0 : 10_000 }, now),
    }),
  ],
  [
    'a token of long ago revokes the family',
    (store) => {
      const last: string[] = []
      const isKnown = (hash = '') => !last.includes(hash) || last.slice(-2).includes(hash)
      return {
        find: async (id, hash, now) => (isKnown(hash) ? store.find(id, hash, now) : undefined),
        rotate: async (rotation, now) => {
          if (!isKnown(rotation.parent)) return { status: 'unknown' }
          last.push(rotation.parent)
          return store.rotate(rotation, now)
        },
      }
    },
  ],
  [
    'a token that lay unused is expired',
    (store) => ({ start: (family, now) => store.start({ ...family, idleTtl: family.absoluteTtl }, now) }),
  ],
  [
    'a family ends, however much it is used, and is still known for days',
    (store) => ({ start: (family, now) => store.start({ ...family, absoluteTtl: 1_000 * HOUR }, now) }),
  ],
  [
    'a token that was rotated and has expired since still shows a theft',
    (store, clock) => {
      const ends = new Map<string, number>()
      return {
        rotate: async (rotation, now) => {
          if (clock.now() >= (ends.get(rotation.parent) ?? Number.POSITIVE_INFINITY))
            return { status: 'expired' }
          ends.set(rotation.parent, ends.get(rotation.parent) ?? clock.now() + HOUR)
          return store.rotate(rotation, now)
        },
      }
    },
  ],
  ['a family that is revoked stays so, whatever is presented', deleting],
  [
    'revoking says whether there was something to revoke',
    (store) => ({ revokeFamily: async (id, now) => (await store.revokeFamily(id, now)) || true }),
  ],
  [
    'revoking all ends the families of that subject, and no other',
    (store) => ({
      revokeAll: async (sub, now) =>
        (await store.revokeAll(sub, now)) + (await store.revokeAll('another', now)),
    }),
  ],
  ['of 50 rotations at once exactly one rotates, and all others get its child', readThenWrite],
  ['of 50 rotations at once without a grace one rotates, one revokes, and nothing lives', readThenWrite],
  [
    'a child that is inserted while its family is revoked does not live',
    (store) => {
      const late = new Map<string, RefreshRotation>()
      return {
        rotate: async (rotation, now) => {
          const outcome = await store.rotate(rotation, now)
          if (outcome.status !== 'revoked') return outcome
          late.set(rotation.child.hash, rotation)
          return { status: 'rotated' }
        },
        find: async (id, hash, now) => {
          const found = await store.find(id, hash, now)
          const parent = hash && late.has(hash) && (await store.find(id, late.get(hash)?.parent, now))
          return parent ? { ...parent, status: 'active' } : found
        },
      }
    },
  ],
  [
    'revoking all reaches every family that was started before, while others rotate',
    (store) => ({
      revokeAll: async (sub, now) => {
        const families = await store.list(sub, now)
        await new Promise((resolve) => setImmediate(resolve))
        for (const { id } of families.slice(0, 10)) await store.revokeFamily(id, now)
        return families.length
      },
    }),
  ],
  [
    'of 50 who present a stolen token at once exactly one is told',
    (store) => ({
      rotate: async (rotation, now) => {
        const { status } = (await store.find(rotation.familyId, rotation.parent, now)) ?? {}
        const outcome = await store.rotate(rotation, now)
        return status === 'rotated' && outcome.status === 'revoked' ? { status: 'reused' } : outcome
      },
    }),
  ],
  [
    'a rotation whose answer is lost has happened once, and who asks again gets its child',
    (store) => ({
      rotate: async (rotation, now) => {
        const outcome = await store.rotate(rotation, now)
        return outcome.status === 'repeated' ? { status: 'revoked' } : outcome
      },
    }),
  ],
]

describe('refreshStoreConformance', () => {
  test('accepts a store', async () => {
    expect(await brokenLaws(refreshStoreConformance, other)).toEqual([])
  })

  test.each(twins)('rejects a twin that breaks: %s', async (law, change) => {
    expect(await brokenLaws(refreshStoreConformance, twin(change))).toContain(law)
  })

  test('has a broken twin for every law', () => {
    expect(lawsOf(refreshStoreConformance)).toEqual(twins.map(([law]) => law))
  })
})
