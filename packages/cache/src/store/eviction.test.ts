import { seededRandom } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { memoryCacheStore } from './index.js'

const READS = 60_000
const ROOM = 300
const END = Date.now() + 86_400_000

/** Hits in 100 reads, of the store and of LRU. */
async function hits(next: () => number): Promise<{ store: number; lru: number }> {
  const store = memoryCacheStore({ maxEntries: ROOM })
  const lru = new Set<number>()
  const found = { store: 0, lru: 0 }
  for (let read = 0; read < READS; read++) {
    const id = next()
    const key = String(id)
    if ((await store.getMany([key], [])).entries[0] !== undefined) found.store++
    else await store.set(key, { value: id, expiresAt: END, staleUntil: END, tags: [] })
    if (lru.delete(id)) found.lru++
    lru.add(id)
    if (lru.size > ROOM) lru.delete(lru.keys().next().value as number)
  }
  await store.close()
  return { store: (found.store / READS) * 100, lru: (found.lru / READS) * 100 }
}

/** Ranks by Zipf's law with the power 1, near enough: the logarithm of a rank is even. */
function zipf(keys: number, seed: number): () => number {
  const random = seededRandom(seed)
  return () => Math.floor(keys ** random())
}

/** Reads what was read lately, and moves on: the best case of LRU. */
function drifting(seed: number): () => number {
  const random = seededRandom(seed)
  let newest = 1_000
  return () => {
    if (random() < 0.1) newest++
    return newest - Math.floor(-Math.log(1 - random()) * (ROOM * 0.3))
  }
}

describe('what stays in a full store', () => {
  test('gets at least 4 points more of what is popular than LRU', async () => {
    const { store, lru } = await hits(zipf(30_000, 1))
    expect(store - lru).toBeGreaterThan(4)
  })

  test('gets at most 1 point less than LRU where readers drift', async () => {
    const { store, lru } = await hits(drifting(2))
    expect(store - lru).toBeGreaterThan(-1)
  })
})
