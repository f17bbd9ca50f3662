import { describe, expect, test } from 'vitest'
import { memoryRecoveryCodeStore, type RecoveryCodeStore } from '../recovery-codes/index.js'
import { brokenLaws, lawsOf, methodsOf } from './broken.fixture.js'
import { recoveryCodeStoreConformance } from './recovery-code-store-conformance.js'

type Change = (store: RecoveryCodeStore) => Partial<RecoveryCodeStore>

const twin = (change: Change) => (): RecoveryCodeStore => {
  const store = methodsOf(memoryRecoveryCodeStore())
  return { ...store, ...change(store) }
}

const later = () => new Promise((resolve) => setImmediate(resolve))

const twins: readonly [law: string, change: Change][] = [
  [
    'a code is taken once, and the others stay',
    (store) => ({
      take: async (sub, hash) => {
        const isTaken = await store.take(sub, hash)
        await store.remove(sub)
        return isTaken
      },
    }),
  ],
  [
    'a code that is taken is counted no longer',
    // Counts once, and anew where a code was refused or none is left.
    (store) => {
      const counts = new Map<string, number>()
      return {
        replace: (sub, hashes) => {
          counts.delete(sub)
          return store.replace(sub, hashes)
        },
        take: async (sub, hash) => {
          const isTaken = await store.take(sub, hash)
          if (!isTaken || (await store.count(sub)) === 0) counts.delete(sub)
          return isTaken
        },
        count: async (sub) => {
          const count = counts.get(sub) ?? (await store.count(sub))
          counts.set(sub, count)
          return count
        },
      }
    },
  ],
  [
    'codes that are replaced mean nothing',
    (store) => {
      const all = new Map<string, Set<string>>()
      return {
        replace: async (sub, hashes) => {
          const kept = new Set([...(all.get(sub) ?? []), ...hashes])
          all.set(sub, kept)
          await store.replace(sub, [...kept])
        },
      }
    },
  ],
  [
    'a hundred codes are kept',
    (store) => ({ replace: (sub, hashes) => store.replace(sub, hashes.slice(0, 99)) }),
  ],
  [
    'subjects do not know each other',
    (store) => ({ take: (sub, hash) => store.take(sub.trim().toLowerCase(), hash) }),
  ],
  ['a subject that is removed has no codes', () => ({ remove: async () => true })],
  [
    'of 50 that take one code at once exactly one succeeds',
    (store) => {
      const used = new Set<string>()
      return {
        take: async (sub, hash) => {
          const isNew = (await store.count(sub)) === 2 && !used.has(hash)
          await later()
          used.add(hash)
          return (await store.take(sub, hash)) || isNew
        },
      }
    },
  ],
  [
    '50 that take codes of their own at once all succeed',
    (store) => {
      let busy = false
      return {
        take: async (sub, hash) => {
          if (busy) return false
          busy = true
          await later()
          busy = false
          return store.take(sub, hash)
        },
      }
    },
  ],
  [
    'of sets that replace each other at once one is left, whole',
    (store) => {
      const rows = new Map<string, Set<string>>()
      const write = (sub: string) => store.replace(sub, [...(rows.get(sub) ?? [])])
      return {
        replace: async (sub, hashes) => {
          rows.set(sub, new Set())
          for (const hash of hashes) {
            await later()
            rows.get(sub)?.add(hash)
          }
          await write(sub)
        },
      }
    },
  ],
]

describe('recoveryCodeStoreConformance', () => {
  test('accepts a store', async () => {
    expect(
      await brokenLaws(recoveryCodeStoreConformance, (clock) => memoryRecoveryCodeStore({ clock })),
    ).toEqual([])
  })

  test.each(twins)('rejects a twin that breaks: %s', async (law, change) => {
    expect(await brokenLaws(recoveryCodeStoreConformance, twin(change))).toContain(law)
  })

  test('has a broken twin for every law', () => {
    expect(lawsOf(recoveryCodeStoreConformance)).toEqual([...new Set(twins.map(([law]) => law))])
  })
})
