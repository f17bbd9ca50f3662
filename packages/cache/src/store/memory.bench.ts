import { createCache, memoryCacheStore } from '@base/cache'
import { LRUCache } from 'lru-cache'

/**
 * Bytes per entry, keys and values with them: `node --expose-gc`. Figures of one run can be compared.
 */
const ENTRIES = process.env['BENCH_SMOKE'] === '1' ? 10_000 : 1_000_000
const HOUR = 3_600_000

const keyOf = (id: number) => `user:${id}`
const userOf = (id: number) => Object.freeze({ id, name: `Ada ${id}`, active: true })

function used(): number {
  for (let round = 0; round < 4; round++) globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

async function bytesPerEntry(fill: () => Promise<object>): Promise<number> {
  const before = used()
  const filled = await fill()
  const after = used()
  // Held until it is measured.
  return filled === undefined ? 0 : (after - before) / ENTRIES
}

const figures: Readonly<Record<string, () => Promise<object>>> = {
  'lru-cache, ttl': async () => {
    const cache = new LRUCache<string, object>({ max: ENTRIES, ttl: HOUR })
    for (let id = 0; id < ENTRIES; id++) cache.set(keyOf(id), userOf(id))
    return cache
  },
  '@base/cache': async () => {
    const cache = createCache({ layers: [memoryCacheStore({ maxEntries: ENTRIES })], ttl: HOUR })
    for (let id = 0; id < ENTRIES; id++) await cache.set(keyOf(id), userOf(id))
    return cache
  },
}

console.log(
  `\n@base/cache, bytes per entry of ${ENTRIES.toLocaleString('en')}\n\n| | bytes |\n| --- | ---: |`,
)
if (globalThis.gc === undefined) console.log('(without --expose-gc the figures mean nothing)')
for (const [name, fill] of Object.entries(figures))
  console.log(`| ${name} | ${(await bytesPerEntry(fill)).toFixed(0)} |`)
