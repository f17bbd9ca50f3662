import type { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { memoryOAuthTransactionStore, type OAuthTransactionStore } from '../oauth/index.js'
import { brokenLaws, inWholeSeconds, lawsOf, methodsOf } from './broken.fixture.js'
import { oauthTransactionStoreConformance } from './oauth-transaction-store-conformance.js'

type Change = (store: OAuthTransactionStore, clock: TestClock) => Partial<OAuthTransactionStore>

const twin =
  (change: Change) =>
  (clock: TestClock): OAuthTransactionStore => {
    const store = methodsOf(memoryOAuthTransactionStore({ clock }))
    return { ...store, ...change(store, clock) }
  }

const later = () => new Promise((resolve) => setImmediate(resolve))

const twins: readonly [law: string, change: Change][] = [
  [
    'a transaction comes back as it was put, once',
    (store) => ({ put: (key, text, ttl, now) => store.put(key, text.slice(0, 4_096), ttl, now) }),
  ],
  [
    'what was never put is not there',
    (store) => ({ take: async (key, now) => (await store.take(key, now)) ?? '' }),
  ],
  [
    'keys do not know each other',
    (store) => ({
      put: (key, ...rest) => store.put(key.toLowerCase(), ...rest),
      take: (key, now) => store.take(key.toLowerCase(), now),
    }),
  ],
  [
    'a transaction is put in the place of another, and lives from then on',
    (store) => {
      const known = new Set<string>()
      return {
        put: async (key, ...rest) => {
          if (!known.has(key)) await store.put(key, ...rest)
          known.add(key)
        },
      }
    },
  ],
  [
    'a transaction is there until its time is over',
    (store, clock) => {
      let last: number | undefined
      return {
        put: (key, text, ttl, now) => {
          last ??= clock.now() + ttl
          return store.put(key, text, last - clock.now() + 1, now)
        },
      }
    },
  ],
  [
    'a transaction is there until its time is over',
    (store) => ({ put: (key, text, ttl, now) => store.put(key, text, ttl * 0.9, now) }),
  ],
  [
    'a transaction is counted in milliseconds, whenever it is put',
    (store, clock) => ({
      put: (key, text, ttl, now) => store.put(key, text, inWholeSeconds(ttl, clock), now),
    }),
  ],
  [
    'of 50 that take one at once exactly one gets it',
    (store) => {
      const texts = new Map<string, string>()
      return {
        put: async (key, text, ttl, now) => {
          texts.set(key, text)
          await store.put(key, text, ttl, now)
        },
        take: async (key, now) => {
          const found = texts.get(key)
          await later()
          texts.delete(key)
          const taken = await store.take(key, now)
          return key === 'a' && found === 'x' ? found : taken
        },
      }
    },
  ],
]

describe('oauthTransactionStoreConformance', () => {
  test('accepts a store', async () => {
    const broken = await brokenLaws(oauthTransactionStoreConformance, (clock) =>
      memoryOAuthTransactionStore({ clock }),
    )
    expect(broken).toEqual([])
  })

  test('accepts a store without a clock of its own, which goes by the time of who asks', async () => {
    const timeless = (clock: TestClock): OAuthTransactionStore => {
      const store = memoryOAuthTransactionStore()
      return {
        put: (key, text, ttl) => store.put(key, text, ttl, clock.now()),
        take: (key) => store.take(key, clock.now()),
      }
    }
    expect(await brokenLaws(oauthTransactionStoreConformance, timeless)).toEqual([])
  })

  test.each(twins)('rejects a twin that breaks: %s', async (law, change) => {
    expect(await brokenLaws(oauthTransactionStoreConformance, twin(change))).toContain(law)
  })

  test('has a broken twin for every law', () => {
    expect(lawsOf(oauthTransactionStoreConformance)).toEqual([...new Set(twins.map(([law]) => law))])
  })
})
