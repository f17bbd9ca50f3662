import type { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { type ActionTokenStore, memoryActionTokenStore } from '../action-tokens/index.js'
import { actionTokenStoreConformance } from './action-token-store-conformance.js'
import { brokenLaws, inWholeSeconds, lawsOf, methodsOf } from './broken.fixture.js'

type Change = (store: ActionTokenStore, clock: TestClock) => Partial<ActionTokenStore>

const twin =
  (change: Change) =>
  (clock: TestClock): ActionTokenStore => {
    const store = methodsOf(memoryActionTokenStore({ clock }))
    return { ...store, ...change(store, clock) }
  }

const later = () => new Promise((resolve) => setImmediate(resolve))

const twins: readonly [law: string, change: Change][] = [
  [
    'a token comes back as it was given',
    (store) => ({ add: ({ state, ...token }, now) => store.add(token, now) }),
  ],
  [
    'data of 16 KiB comes back whole',
    (store) => ({ add: (token, now) => store.add({ ...token, data: token.data.slice(0, 255) }, now) }),
  ],
  [
    'a token is found by its own hash only',
    (store) => {
      const hashes = new Map<string, string>()
      return {
        add: (token, now) => {
          hashes.set(token.handle, token.hash)
          return store.add(token, now)
        },
        take: (key, now) => store.take({ ...key, hash: hashes.get(key.handle) ?? key.hash }, now),
      }
    },
  ],
  [
    'a token of another purpose is not found, and stays',
    (store) => ({
      take: (key, now) => store.take({ ...key, purpose: key.purpose.trim().toLowerCase() }, now),
    }),
  ],
  [
    'a token is taken as it was found',
    (store) => ({
      take: async (key, now) => {
        const taken = await store.take(key, now)
        return taken && { sub: taken.sub, data: taken.data, expiresAt: taken.expiresAt }
      },
    }),
  ],
  [
    'to look at a token changes nothing',
    (store) => {
      const seen = new Set<string>()
      return {
        find: async (key, now) => {
          const isAgain = seen.has(key.handle)
          seen.add(key.handle)
          return isAgain ? store.take(key, now) : store.find(key, now)
        },
      }
    },
  ],
  [
    'a token is taken once, and the others of its subject and purpose end with it',
    (store, clock) => {
      const used = new Set<string>()
      const isUsed = (handle: string) => used.has(handle)
      return {
        find: async (key, now) => (isUsed(key.handle) ? undefined : store.find(key, now)),
        take: async (key) => {
          if (isUsed(key.handle)) return undefined
          used.add(key.handle)
          return store.find(key, clock.now())
        },
      }
    },
  ],
  [
    'tokens of other subjects and purposes stay',
    (store) => ({
      take: async (key, now) => {
        const taken = await store.take(key, now)
        if (taken !== undefined)
          for (const purpose of ['reset', 'verify-email']) await store.removeAll(purpose, taken.sub, now)
        return taken
      },
    }),
  ],
  [
    'every token of a subject and purpose is removed, and counted',
    (store) => ({
      removeAll: async (purpose, sub, now) => Math.min(1, await store.removeAll(purpose, sub, now)),
    }),
  ],
  [
    'a token ends when its time is over',
    (store) => ({ add: (token, now) => store.add({ ...token, ttl: token.ttl + 1 }, now) }),
  ],
  [
    'a token ends when its time is over',
    (store) => ({ add: (token, now) => store.add({ ...token, ttl: token.ttl * 0.9 }, now) }),
  ],
  [
    'a token is counted in milliseconds, whenever it is added',
    (store, clock) => ({
      add: (token, now) => store.add({ ...token, ttl: inWholeSeconds(token.ttl, clock) }, now),
    }),
  ],
  [
    'a token that is added does not make an earlier one longer, nor shorter',
    (store) => {
      let longest = 0
      return {
        add: (token, now) => {
          longest = Math.max(longest, token.ttl)
          return store.add({ ...token, ttl: longest }, now)
        },
      }
    },
  ],
  [
    'of 50 that take one token at once exactly one succeeds',
    (store) => ({
      take: async (key, now) => {
        const found = await store.find(key, now)
        await later()
        await store.take(key, now)
        return found
      },
    }),
  ],
  [
    'of 50 tokens of one subject that are taken at once exactly one succeeds',
    (store) => {
      const used = new Set<string>()
      return {
        take: async (key, now) => {
          const found = used.has(key.handle) ? undefined : await store.find(key, now)
          used.add(key.handle)
          await later()
          await store.take(key, now)
          return found
        },
      }
    },
  ],
  [
    'what takes and what removes at once end a token once',
    (store) => {
      let count = 0
      return {
        add: (token, now) => {
          count++
          return store.add(token, now)
        },
        removeAll: async (purpose, sub, now) => {
          const counted = count
          await later()
          count = 0
          await store.removeAll(purpose, sub, now)
          return counted
        },
      }
    },
  ],
]

describe('actionTokenStoreConformance', () => {
  test('accepts a store', async () => {
    expect(
      await brokenLaws(actionTokenStoreConformance, (clock) => memoryActionTokenStore({ clock })),
    ).toEqual([])
  })

  test.each(twins)('rejects a twin that breaks: %s', async (law, change) => {
    expect(await brokenLaws(actionTokenStoreConformance, twin(change))).toContain(law)
  })

  test('has a broken twin for every law', () => {
    expect(lawsOf(actionTokenStoreConformance)).toEqual([...new Set(twins.map(([law]) => law))])
  })
})
