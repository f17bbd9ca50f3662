import type { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { memoryTotpStore, type TotpStore } from '../totp/index.js'
import { brokenLaws, inWholeSeconds, lawsOf, methodsOf } from './broken.fixture.js'
import { totpStoreConformance } from './totp-store-conformance.js'

type Change = (store: TotpStore, clock: TestClock) => Partial<TotpStore>

const twin =
  (change: Change) =>
  (clock: TestClock): TotpStore => {
    const store = methodsOf(memoryTotpStore({ clock }))
    return { ...store, ...change(store, clock) }
  }

const later = () => new Promise((resolve) => setImmediate(resolve))

const twins: readonly [law: string, change: Change][] = [
  [
    'a secret that is enrolled waits, and comes back as it was given',
    (store) => ({ enroll: (sub, secret) => store.enroll(sub, secret.trim().replaceAll('"', '')) }),
  ],
  [
    'a secret that waits replaces another that waits, and leaves the active one',
    (store) => ({
      enroll: async (sub, secret) => {
        await store.remove(sub)
        await store.enroll(sub, secret)
      },
    }),
  ],
  [
    'a secret that is accepted is the active one, and the one before is nothing',
    (store) => {
      const ever = new Set<string>()
      return {
        accept: async (sub, secret, step) => {
          const known = ever.has(secret)
          ever.add(secret)
          return (await store.accept(sub, secret, step)) || (known && step === 100)
        },
      }
    },
  ],
  ['a subject that is removed is not known', () => ({ remove: async () => true })],
  [
    'subjects do not know each other',
    (store) => ({ attempt: (_, limit, now) => store.attempt('bob', limit, now) }),
  ],
  [
    'a step is taken once, and none before it',
    (store) => ({
      accept: async (sub, secret, step) => (await store.accept(sub, secret, step)) || step === 5,
    }),
  ],
  [
    'the steps of a new secret begin anew',
    (store) => {
      let last = -1
      return {
        accept: async (sub, secret, step) => {
          if (step <= last) return false
          const taken = await store.accept(sub, secret, step)
          if (taken) last = step
          return taken
        },
      }
    },
  ],
  [
    'attempts beyond the limit are refused until the lock is over',
    (store) => ({ attempt: (sub, limit, now) => store.attempt(sub, { ...limit, attempts: 4 }, now) }),
  ],
  [
    'attempts beyond the limit are refused until the lock is over',
    (store) => ({
      attempt: (sub, limit, now) => store.attempt(sub, { ...limit, lockFor: limit.lockFor * 0.9 }, now),
    }),
  ],
  [
    'attempts beyond the limit are refused until the lock is over',
    // Says that a lock is over before it is.
    (store, clock) => ({
      find: async (sub, now) => {
        const found = await store.find(sub, now)
        const { lockedUntil = 0 } = found ?? {}
        return found && (clock.now() < lockedUntil - 60_000 ? found : { ...found, lockedUntil: undefined })
      },
    }),
  ],
  [
    'attempts during a lock do not prolong it',
    (store, clock) => {
      let last = 0
      let count = 0
      return {
        attempt: async (sub, limit) => {
          if (count >= limit.attempts && clock.now() < last + limit.lockFor) {
            last = clock.now()
            return { status: 'locked' }
          }
          last = clock.now()
          count++
          return store.attempt(sub, { ...limit, attempts: 100 }, 0)
        },
      }
    },
  ],
  [
    'a lock is counted in milliseconds, whenever it begins',
    (store, clock) => ({
      attempt: (sub, limit, now) =>
        store.attempt(sub, { ...limit, lockFor: inWholeSeconds(limit.lockFor, clock) }, now),
    }),
  ],
  [
    'a code that is accepted forgets the attempts before it',
    (store) => {
      let count = 0
      return {
        attempt: async (sub, limit, now) =>
          ++count > limit.attempts ? { status: 'locked' } : store.attempt(sub, limit, now),
      }
    },
  ],
  [
    'what is not accepted, and what is only looked at, changes nothing',
    (store) => {
      let forgotten = 0
      return {
        find: async (sub, now) => {
          forgotten++
          return store.find(sub, now)
        },
        attempt: (sub, limit, now) =>
          store.attempt(sub, { ...limit, attempts: limit.attempts + forgotten }, now),
      }
    },
  ],
  [
    'a new secret does not end a lock',
    (store) => ({
      enroll: async (sub, secret) => {
        const { active } = (await store.find(sub, 0)) ?? {}
        await store.remove(sub)
        if (active !== undefined) {
          await store.enroll(sub, active)
          await store.accept(sub, active, -1)
        }
        await store.enroll(sub, secret)
      },
    }),
  ],
  [
    'of 50 that take one step at once exactly one succeeds',
    (store) => {
      let taken = -1
      return {
        accept: async (sub, secret, step) => {
          const isNew = step > taken
          await later()
          if (step < 7) return store.accept(sub, secret, step)
          if (isNew) taken = step
          return isNew
        },
      }
    },
  ],
  [
    'of 50 that confirm one secret at once exactly one succeeds',
    (store) => ({
      accept: async (sub, secret, step) => {
        const { pending } = (await store.find(sub, 0)) ?? {}
        await later()
        return (await store.accept(sub, secret, step)) || pending === secret
      },
    }),
  ],
  [
    'of 50 attempts at once as many are let through as the limit says',
    (store) => ({
      attempt: async (sub, limit, now) => {
        const found = await store.find(sub, now)
        if (found === undefined || found.lockedUntil !== undefined) return store.attempt(sub, limit, now)
        await later()
        await store.attempt(sub, limit, now)
        return { status: 'open', active: found.active, pending: found.pending }
      },
    }),
  ],
]

describe('totpStoreConformance', () => {
  test('accepts a store', async () => {
    expect(await brokenLaws(totpStoreConformance, (clock) => memoryTotpStore({ clock }))).toEqual([])
  })

  test.each(twins)('rejects a twin that breaks: %s', async (law, change) => {
    expect(await brokenLaws(totpStoreConformance, twin(change))).toContain(law)
  })

  test('has a broken twin for every law', () => {
    expect(lawsOf(totpStoreConformance)).toEqual([...new Set(twins.map(([law]) => law))])
  })
})
