import { assert, type ConformanceOptions, type Law, laws, type Make } from '@base/core/testing'
import { createKeyRing } from '../tokens/ring/create-key-ring.js'
import type { KeyStore, StoredKey } from '../tokens/ring/key-store.js'

/**
 * What every {@link KeyStore} must do; also what a key ring on it promises to several nodes. Each law gets an empty store.
 *
 * @example
 * import { keyStoreConformance } from '@base/auth/testing'
 * import { test } from 'vitest'
 *
 * keyStoreConformance(() => ({ subject: memoryKeyStore(), advance: () => {}, dispose: () => {} }), { test })
 */
export function keyStoreConformance(make: Make<KeyStore>, options: ConformanceOptions): void {
  const law = laws('KeyStore', make, options)
  keeping(law)
  replacing(law)
  rotating(law)
}

function keeping(law: Law<KeyStore>): void {
  law('is empty at first', async (store) => {
    assert.deepEqual(await store.load(), { version: 0, keys: [] })
  })

  law('gives back what was put there, unchanged', async (store) => {
    const keys = [keyNamed('a'), keyNamed('b', { activatesAt: 8_640_000_000_000_000 })]
    assert.equal(await store.replace(0, keys), true)
    const { version, keys: loaded } = await store.load()
    assert.equal(version, 1)
    assert.deepEqual(byName(loaded), keys)
  })

  law('replaces all keys at once', async (store) => {
    await store.replace(0, [keyNamed('a'), keyNamed('b')])
    assert.equal(await store.replace(1, [keyNamed('b'), keyNamed('c')]), true)
    const { version, keys } = await store.load()
    assert.deepEqual([version, byName(keys)], [2, [keyNamed('b'), keyNamed('c')]])
  })
}

function replacing(law: Law<KeyStore>): void {
  law('changes nothing where the version is another', async (store) => {
    await store.replace(0, [keyNamed('a')])
    for (const version of [0, 2, 7]) assert.equal(await store.replace(version, [keyNamed('b')]), false)
    const { version, keys } = await store.load()
    assert.deepEqual([version, keys], [1, [keyNamed('a')]])
  })

  law('does not begin anew where no key is left', async (store) => {
    await store.replace(0, [keyNamed('a')])
    assert.equal(await store.replace(1, []), true)
    assert.deepEqual(await store.load(), { version: 2, keys: [] })
    assert.equal(await store.replace(0, [keyNamed('b')]), false)
  })

  law('lets one of fifty win that replace the same version', async (store) => {
    await store.replace(0, [keyNamed('a')])
    const names = Array.from({ length: 50 }, (_, index) => `key-${index}`)
    const done = await Promise.all(names.map((name) => store.replace(1, [keyNamed(name)])))
    const winners = names.filter((_, index) => done[index])
    assert.equal(winners.length, 1, `${winners.length} replaced the same version`)
    assert.deepEqual(await store.load(), { version: 2, keys: [keyNamed(winners[0] as string)] })
  })

  law('is not changed by who changes what was put there, or loaded', async (store) => {
    const keys = [keyNamed('a')]
    await store.replace(0, keys)
    keys.push(keyNamed('b'))
    const loaded = (await store.load()).keys as StoredKey[]
    loaded.length = 0
    assert.deepEqual((await store.load()).keys, [keyNamed('a')])
  })
}

function rotating(law: Law<KeyStore>): void {
  law('nodes that rotate at once come to one new key', async (store) => {
    for (const count of [1, 2]) {
      const together = afterLoads(store, 5)
      const nodes = Array.from({ length: 5 }, () => createKeyRing({ store: together }))
      const rotations = await Promise.all(nodes.map((node) => node.rotate()))
      assert.equal(new Set(rotations.map(({ kid }) => kid)).size, 1)
      assert.equal((await store.load()).keys.length, count)
    }
  })

  law('a rotation never brings back a key that another node takes out meanwhile', async (store) => {
    const other = createKeyRing({ store })
    const kid = (await other.jwks()).body.keys[0]?.kid as string
    let isBefore = true
    const interrupted: KeyStore = {
      load: () => store.load(),
      replace: async (expected, keys) => {
        if (isBefore) await other.compromise(kid)
        isBefore = false
        return store.replace(expected, keys)
      },
    }
    await createKeyRing({ store: interrupted }).rotate()
    const { keys } = await store.load()
    assert.ok(
      keys.every((key) => key.kid !== kid),
      'the key is back',
    )
  })

  law('a rotation whose answer is lost has happened once', async (store) => {
    const losing: KeyStore = {
      load: () => store.load(),
      replace: async (expected, keys) => {
        await store.replace(expected, keys)
        throw new Error('the answer is lost')
      },
    }
    await createKeyRing({ store }).rotate()
    await assert.rejects(createKeyRing({ store: losing }).rotate())
    await createKeyRing({ store }).rotate()
    assert.equal((await store.load()).keys.length, 2)
  })
}

/** The store, which changes nothing before so many have read it. */
function afterLoads(store: KeyStore, count: number): KeyStore {
  let left = count
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return {
    load: async () => {
      const loaded = await store.load()
      if (--left === 0) open()
      return loaded
    },
    replace: async (expected, keys) => {
      await opened
      return store.replace(expected, keys)
    },
  }
}

function keyNamed(kid: string, more: Partial<StoredKey> = {}): StoredKey {
  const privateKey = { kty: 'OKP', crv: 'Ed25519', x: 'x-"\\_', d: `secret of ${kid}` }
  return { kid, algorithm: 'EdDSA', activatesAt: 1_735_689_600_123, privateKey, ...more }
}

function byName(keys: readonly StoredKey[]): StoredKey[] {
  return [...keys].sort((a, b) => (a.kid < b.kid ? -1 : 1))
}
