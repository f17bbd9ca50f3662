import { describe, expect, test } from 'vitest'
import { type KeyStore, memoryKeyStore } from '../tokens/index.js'
import { brokenLaws } from './broken.fixture.js'
import { keyStoreConformance } from './index.js'

keyStoreConformance(() => ({ subject: memoryKeyStore(), advance: () => {}, dispose: () => {} }), { test })

const broken = (twin: (store: KeyStore) => KeyStore) =>
  brokenLaws(keyStoreConformance, () => twin(memoryKeyStore()))

describe('keyStoreConformance', () => {
  test.each<[string, (store: KeyStore) => KeyStore]>([
    [
      'is empty at first',
      (store) => ({ ...store, load: async () => ({ ...(await store.load()), version: 1 }) }),
    ],
    [
      'gives back what was put there, unchanged',
      (store) => ({
        ...store,
        load: async () => {
          const { version, keys } = await store.load()
          return {
            version,
            keys: keys.map((key) => ({ ...key, activatesAt: Math.floor(key.activatesAt / 1_000) * 1_000 })),
          }
        },
      }),
    ],
    [
      'replaces all keys at once',
      (store) => ({
        ...store,
        replace: async (expected, keys) => {
          const before = (await store.load()).keys.filter(({ kid }) => keys.every((key) => key.kid !== kid))
          return store.replace(expected, [...before, ...keys])
        },
      }),
    ],
    [
      'changes nothing where the version is another',
      (store) => ({
        ...store,
        replace: async (expected, keys) =>
          store.replace(Math.max(expected, (await store.load()).version), keys),
      }),
    ],
    [
      'does not begin anew where no key is left',
      (store) => ({
        load: async () => {
          const stored = await store.load()
          return stored.keys.length === 0 ? { version: 0, keys: [] } : stored
        },
        replace: store.replace,
      }),
    ],
    [
      'lets one of fifty win that replace the same version',
      (store) => ({
        ...store,
        // Reads, then writes.
        replace: async (expected, keys) => {
          const { version } = await store.load()
          if (version !== expected) return false
          await Promise.resolve()
          while (!(await store.replace((await store.load()).version, keys)));
          return true
        },
      }),
    ],
    [
      'is not changed by who changes what was put there, or loaded',
      (store) => {
        let last: Awaited<ReturnType<KeyStore['load']>> | undefined
        return {
          load: async () => last ?? store.load(),
          replace: async (expected, keys) => {
            const done = await store.replace(expected, keys)
            if (done) last = { version: expected + 1, keys }
            return done
          },
        }
      },
    ],
    [
      'nodes that rotate at once come to one new key',
      (store) => ({
        ...store,
        // Whoever comes second adds to what the first has written.
        replace: async (_, keys) => {
          const now = await store.load()
          return store.replace(now.version, [
            ...now.keys,
            ...keys.filter(({ kid }) => now.keys.every((key) => key.kid !== kid)),
          ])
        },
      }),
    ],
    [
      'a rotation never brings back a key that another node takes out meanwhile',
      (store) => ({
        ...store,
        replace: async (_, keys) => {
          await Promise.resolve()
          return store.replace((await store.load()).version, keys)
        },
      }),
    ],
    [
      'a rotation whose answer is lost has happened once',
      // Reads from a copy that is one write behind.
      (store) => {
        let behind: Awaited<ReturnType<KeyStore['load']>> | undefined
        return {
          load: async () => behind ?? store.load(),
          replace: async (expected, keys) => {
            behind = await store.load()
            return store.replace(expected, keys)
          },
        }
      },
    ],
  ])('finds who breaks: %s', async (law, twin) => {
    expect(await broken(twin)).toContain(law)
  })

  test('accepts one that obeys', async () => {
    expect(await broken((store) => store)).toEqual([])
  })
})
