import type { CacheStore } from '@base/cache/store'
import { UnavailableError } from '@base/core/errors'
import { askRedis, describeWithPrivateService } from '@base-internal/tools/services'
import { describe, expect, test } from 'vitest'
import { CLUSTER_CLIENTS, STARTING_CLUSTER_CLIENTS, type TestClient } from '../test-clients.js'
import { clusterOfTests } from '../test-cluster.js'
import { moveSlotOf } from '../test-slot.js'
import { redisCacheStore } from './index.js'
import { Names } from './names.js'
import { entryOf, expectRecovery, freshPrefix, patience, textAt } from './test-store.js'

const kinds = Object.keys(CLUSTER_CLIENTS) as (keyof typeof CLUSTER_CLIENTS)[]

describeWithPrivateService('redis', {}, () => {
  const cluster = clusterOfTests()

  describe.each(kinds)('%s and a cluster', (kind) => {
    const open = (): Promise<TestClient> => CLUSTER_CLIENTS[kind](cluster().urls)

    test('a slot is moved while it is used: nothing wrong is served, and nothing but "unavailable" is thrown', async () => {
      await using opened = await open()
      const prefix = freshPrefix()
      const store = redisCacheStore(opened.client, { prefix, timeout: '10s' })
      const model = new Model(store)
      await model.use(20)
      const slot = new Names(prefix, true).shardOf('k').deleted
      const use = new AbortController()
      const using = model.useUntil(use.signal)
      for (let round = 0; round < 2; round++) await moveSlotOf(slot, cluster().urls)
      use.abort()
      await using
      expect(model.served).toBeGreaterThan(0)
      for (const error of model.errors) expect(error).toBeInstanceOf(UnavailableError)
      await expectRecovery(store)
    })

    test('a user who may not ask a node for its name uses a cache all the same', async () => {
      const urls = await Promise.all(cluster().urls.map(withoutName))
      await using opened = await CLUSTER_CLIENTS[kind](urls)
      const store = redisCacheStore(opened.client, { prefix: freshPrefix(), timeout: '10s' })
      await store.set('k', entryOf('kept'))
      expect(await textAt(store, 'k')).toBe('kept')
      await store.delete(['k'])
      expect(await textAt(store, 'k')).toBeUndefined()
    })

    test('keys are looked for on all nodes also by a client that does not know them yet', async () => {
      await using opened = await open()
      const settings = { prefix: freshPrefix(), timeout: '10s' } as const
      const keys = Array.from({ length: 50 }, (_, index) => `key:${index}`)
      await redisCacheStore(opened.client, settings).setMany(keys.map((key) => [key, entryOf(key)]))
      await using starting = await STARTING_CLUSTER_CLIENTS[kind](cluster().urls)
      const store = redisCacheStore(starting.client, settings)
      expect((await all(store.scan('key:*'))).sort()).toEqual([...keys].sort())
    })

    test('a client that is closed finds no keys because nobody was asked, and says so', async () => {
      const { client, ...opened } = await open()
      await opened[Symbol.asyncDispose]()
      await expect(all(redisCacheStore(client).scan('*'))).rejects.toMatchObject({
        code: 'REDIS_UNAVAILABLE',
      })
    })

    test('many keys lie on all nodes, and are read, scanned, deleted and cleared there', async () => {
      await using opened = await open()
      const store = redisCacheStore(opened.client, { prefix: freshPrefix(), timeout: '10s' })
      const keys = Array.from({ length: 300 }, (_, index) => `key:${index}`)
      await store.setMany(keys.map((key) => [key, entryOf(key)]))
      const texts = async () =>
        (await store.getMany(keys, [])).entries.map((entry) => entry && Buffer.from(entry.value).toString())
      expect(await texts()).toEqual(keys)
      expect((await all(store.scan('key:*'))).sort()).toEqual([...keys].sort())
      await store.delete(keys.slice(0, 100))
      expect(await texts()).toEqual(keys.map((key, index) => (index < 100 ? undefined : key)))
      await store.clear()
      expect((await texts()).every((text) => text === undefined)).toBe(true)
      await expect.poll(() => all(store.scan('*')), patience).toEqual([])
    })
  })
})

/** The URL of a node, for a user who may do anything but that. */
async function withoutName(url: string): Promise<string> {
  const [username, password] = ['nameless', 'known-to-all']
  await askRedis(url, [
    'ACL',
    'SETUSER',
    username,
    'on',
    `>${password}`,
    '~*',
    '&*',
    '+@all',
    '-cluster|myid',
  ])
  return Object.assign(new URL(url), { username, password }).href
}

async function all(keys: AsyncIterable<string>): Promise<string[]> {
  const found = new Set<string>()
  for await (const key of keys) found.add(key)
  return [...found]
}

/** One user of a key, who knows what he may find. */
class Model {
  readonly errors: unknown[] = []
  served = 0
  readonly #store: CacheStore<Uint8Array>
  #allowed = new Set<string | undefined>([undefined])
  #count = 0

  constructor(store: CacheStore<Uint8Array>) {
    this.#store = store
  }

  async useUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) await this.use(1)
  }

  async use(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      await this.#step().catch((error: unknown) => {
        if (!(error instanceof UnavailableError)) throw error
        this.errors.push(error)
      })
    }
  }

  async #step(): Promise<void> {
    const text = `value ${this.#count++}`
    const { version } = await this.#store.getMany(['k'], [])
    if (this.#count % 3 === 0) {
      // Whatever comes of a deletion that is not answered: what was there may be, or may not.
      this.#allowed.add(undefined)
      await this.#store.delete(['k'])
      this.#allowed = new Set([undefined])
      expect(await this.#store.set('k', entryOf(text), { unlessDeletedSince: version })).toBe(false)
    } else {
      this.#allowed.add(text)
      if (await this.#store.set('k', entryOf(text), { unlessDeletedSince: version }))
        this.#allowed = new Set([undefined, text])
    }
    const found = await textAt(this.#store, 'k')
    expect(this.#allowed).toContain(found)
    if (found !== undefined) this.served++
  }
}
