import type { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import {
  memoryRefreshStore,
  type RefreshFamily,
  type RefreshRotation,
  type RefreshStore,
} from '../tokens/index.js'
import { brokenLaws, inWholeSeconds, lawsOf, methodsOf } from './broken.fixture.js'
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

/** Revokes some of those that are listed, one after the other. */
async function revokeThose(
  store: RefreshStore,
  sub: string,
  now: number,
  those: (families: readonly RefreshFamily[]) => readonly RefreshFamily[],
): Promise<number> {
  let revoked = 0
  for (const { id } of those(await store.list(sub, now))) if (await store.revokeFamily(id, now)) revoked++
  return revoked
}

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
    'what the service wants back comes back whole',
    (store) => ({
      start: (family, now) => store.start({ ...family, data: family.data.slice(0, 255) }, now),
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
    'a family is found by its id alone, also one that has ended',
    (store) => ({
      find: async (id, hash, now) => {
        const found = await store.find(id, hash, now)
        return hash === undefined && found?.status === 'revoked' ? undefined : found
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
    'a token that nobody made is none that was replaced, and ends nothing',
    // Knows the present token, and takes every other one for the one before.
    (store) => {
      const known = new Set<string>()
      const parents = new Map<string, string>()
      return {
        start: (family, now) => {
          known.add(family.hash)
          return store.start(family, now)
        },
        rotate: async (rotation, now) => {
          const parent = known.has(rotation.parent) ? rotation.parent : parents.get(rotation.familyId)
          const outcome = await store.rotate({ ...rotation, parent: parent ?? rotation.parent }, now)
          if (outcome.status === 'rotated') {
            known.add(rotation.child.hash)
            parents.set(rotation.familyId, rotation.parent)
          }
          return outcome
        },
      }
    },
  ],
  [
    'a token that nobody made is none that was replaced, and ends nothing',
    // Takes what it does not know for stolen.
    (store) => {
      const rotated = new Set<string>()
      return {
        rotate: async (rotation, now) => {
          const outcome = await store.rotate(rotation, now)
          if (outcome.status === 'rotated') rotated.add(rotation.familyId)
          if (outcome.status !== 'unknown' || !rotated.has(rotation.familyId)) return outcome
          await store.revokeFamily(rotation.familyId, now)
          return { status: 'reused' }
        },
      }
    },
  ],
  [
    'a token that nobody made is none that was replaced, and ends nothing',
    // Looks at the family alone once it is revoked.
    (store) => ({
      find: async (id, hash, now) => {
        const family = await store.find(id, undefined, now)
        return family?.status === 'revoked' ? family : store.find(id, hash, now)
      },
    }),
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
    'who asks with a shorter grace is answered by it',
    // Says so, and does not do it.
    (store) => ({
      rotate: async (rotation, now) => {
        const grace = rotation.child.sealed === undefined ? 0 : 10_000
        const outcome = await store.rotate({ ...rotation, grace }, now)
        return rotation.grace === 0 && outcome.status === 'repeated' ? { status: 'reused' } : outcome
      },
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
    'a token that lay unused is expired',
    // Ends some minutes early.
    (store, clock) => ({
      find: async (id, hash, now) => {
        const record = await store.find(id, hash, now)
        const isOver = clock.now() >= (record?.family.idleExpiresAt ?? 0) - 600_000
        return record?.status === 'active' && isOver ? { ...record, status: 'expired' } : record
      },
    }),
  ],
  [
    'a token is counted in milliseconds, whenever it is made',
    (store, clock) => ({
      start: (family, now) => store.start({ ...family, idleTtl: inWholeSeconds(family.idleTtl, clock) }, now),
    }),
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
    'a family that is revoked stays so, whatever is presented',
    // Knows for a day what it has revoked.
    (store, clock) => {
      const ends = new Map<string, number>()
      return {
        revokeFamily: (id, now) => {
          ends.set(id, clock.now() + 24 * HOUR)
          return store.revokeFamily(id, now)
        },
        find: async (id, hash, now) =>
          clock.now() < (ends.get(id) ?? Number.POSITIVE_INFINITY) ? store.find(id, hash, now) : undefined,
      }
    },
  ],
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
  [
    'revoking all ends the families of that subject, and no other',
    (store) => ({ revokeAll: (sub, now) => revokeThose(store, sub, now, (families) => families.slice(-1)) }),
  ],
  [
    'revoking all ends the families of that subject, and no other',
    (store, clock) => ({
      revokeAll: (sub, now) =>
        revokeThose(store, sub, now, (families) =>
          families.filter(({ createdAt }) => createdAt === clock.now()),
        ),
    }),
  ],
  [
    'revoking all leaves the families that start after it',
    // Remembers that a subject was revoked, and not when.
    (store) => {
      const revoked = new Set<string>()
      const subjects = new Map<string, string>()
      return {
        start: (family, now) => {
          subjects.set(family.id, family.sub)
          return store.start(family, now)
        },
        revokeAll: (sub, now) => {
          revoked.add(sub)
          return store.revokeAll(sub, now)
        },
        rotate: async (rotation, now) => {
          const sub = subjects.get(rotation.familyId) ?? ''
          return revoked.has(sub) ? { status: 'revoked' } : store.rotate(rotation, now)
        },
      }
    },
  ],
  [
    'revoking all ends those that were over too, and counts those that were alive',
    (store) => ({ revokeAll: (sub, now) => revokeThose(store, sub, now, (families) => families) }),
  ],
  [
    'revoking all ends those that were over too, and counts those that were alive',
    (store) => {
      let rows = 0
      return {
        start: (family, now) => {
          rows++
          return store.start(family, now)
        },
        revokeAll: async (sub, now) => Math.min(1, await store.revokeAll(sub, now)) * rows,
      }
    },
  ],
  [
    'subjects that look alike are several',
    (store) => ({
      start: (family, now) => store.start({ ...family, sub: family.sub.toLowerCase() }, now),
      list: (sub, now) => store.list(sub.toLowerCase(), now),
      revokeAll: (sub, now) => store.revokeAll(sub.toLowerCase(), now),
    }),
  ],
  [
    'subjects that look alike are several',
    // As a column of 255 characters that cuts what is longer.
    (store) => ({
      start: (family, now) => store.start({ ...family, sub: family.sub.slice(0, 255) }, now),
      list: (sub, now) => store.list(sub.slice(0, 255), now),
      revokeAll: (sub, now) => store.revokeAll(sub.slice(0, 255), now),
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
    'revoking all reaches every family that was started before, while others rotate',
    (store) => ({ list: async (sub, now) => (await store.list(sub, now)).slice(0, 10) }),
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
    expect(lawsOf(refreshStoreConformance)).toEqual([...new Set(twins.map(([law]) => law))])
  })
})
