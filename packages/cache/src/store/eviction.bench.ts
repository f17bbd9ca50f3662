import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { memoryCacheStore } from '@base/cache/store'
import { seededRandom } from '@base/core/testing'
import { LRUCache } from 'lru-cache'

/**
 * Hit ratios of what stays in memory, over seeded reads: no times, so that every run prints the same. With `PLOT=<path>` it
 * also draws them, as SVG. With `TRACES=<folder>` it reads the keys in its files as well, one a line; a file is named after
 * the trace and the room, such as `multi1-1000.txt`.
 */
const READS = process.env['BENCH_SMOKE'] === '1' ? 20_000 : 1_000_000

/** Draws numbers from 0 by Zipf's law: the rank's probability falls with its power. */
function zipf(keys: number, power: number, seed: number): () => number {
  const random = seededRandom(seed)
  const sums = new Float64Array(keys)
  let sum = 0
  for (let rank = 0; rank < keys; rank++) {
    sum += 1 / (rank + 1) ** power
    sums[rank] = sum
  }
  return () => {
    const at = random() * sum
    let low = 0
    let high = keys - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((sums[middle] as number) < at) low = middle + 1
      else high = middle
    }
    return low
  }
}

interface Workload {
  readonly capacity: number
  /** @defaultValue READS */
  readonly reads?: number
  readonly next: () => string
}

function scanning(share: number, seed: number): () => string {
  const popular = zipf(100_000, 1, seed)
  const random = seededRandom(seed + 1)
  let scanned = 0
  return () => (random() < share ? `scan:${scanned++}` : `key:${popular()}`)
}

/** Reads mostly what was read lately, and moves on: the best case of LRU. */
function drifting(seed: number): () => string {
  const random = seededRandom(seed)
  let newest = 1_000
  return () => {
    if (random() < 0.1) newest++
    return `key:${newest - Math.floor(-Math.log(1 - random()) * 300)}`
  }
}

function looping(length: number): () => string {
  let at = 0
  return () => `key:${at++ % length}`
}

const named = (next: () => number) => () => `key:${next()}`

const WORKLOADS: Readonly<Record<string, () => Workload>> = {
  'Zipf 0.8, 1 %': () => ({ capacity: 1_000, next: named(zipf(100_000, 0.8, 1)) }),
  'Zipf 1.0, 1 %': () => ({ capacity: 1_000, next: named(zipf(100_000, 1, 2)) }),
  'Zipf 1.0, 10 %': () => ({ capacity: 10_000, next: named(zipf(100_000, 1, 3)) }),
  'Zipf 1.0 and 20 % scans': () => ({ capacity: 1_000, next: scanning(0.2, 4) }),
  drifting: () => ({ capacity: 1_000, next: drifting(6) }),
  'a loop 2 × as long': () => ({ capacity: 500, next: looping(1_000) }),
}

function tracesIn(folder: string): Record<string, () => Workload> {
  const workloads: Record<string, () => Workload> = {}
  for (const file of readdirSync(folder).sort()) {
    const [, name = file, room = '1000'] = /^(.+)-(\d+)\.txt$/.exec(file) ?? []
    workloads[`${name}, room for ${room}`] = () => {
      const keys = readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .filter((key) => key !== '')
      let at = 0
      return { capacity: Number(room), reads: keys.length, next: () => keys[at++] as string }
    }
  }
  return workloads
}

type Policy = (capacity: number) => {
  get(key: string): Promise<boolean> | boolean
  add(key: string): unknown
}

const END = Date.now() + 86_400_000

const POLICIES: Readonly<Record<string, Policy>> = {
  FIFO: (capacity) => {
    const held = new Set<string>()
    return {
      get: (key) => held.has(key),
      add: (key) => {
        const [oldest] = held
        if (held.size === capacity && oldest !== undefined) held.delete(oldest)
        held.add(key)
      },
    }
  },
  'LRU (lru-cache)': (capacity) => {
    const cache = new LRUCache<string, true>({ max: capacity })
    return { get: (key) => cache.get(key) === true, add: (key) => cache.set(key, true) }
  },
  'S3-FIFO (memoryCacheStore)': (capacity) => {
    const store = memoryCacheStore({ maxEntries: capacity })
    return {
      get: async (key) => (await store.getMany([key], [])).entries[0] !== undefined,
      add: (key) => store.set(key, { value: true, expiresAt: END, staleUntil: END, tags: [] }),
    }
  },
}

async function hitRatio({ capacity, next, reads = READS }: Workload, policy: Policy): Promise<number> {
  const cache = policy(capacity)
  let hits = 0
  for (let read = 0; read < reads; read++) {
    const key = next()
    if (await cache.get(key)) hits++
    else await cache.add(key)
  }
  return (hits / reads) * 100
}

const rows: (readonly [workload: string, ratios: readonly number[]])[] = []
const traces = process.env['TRACES']
for (const [name, make] of Object.entries({ ...WORKLOADS, ...(traces !== undefined && tracesIn(traces)) })) {
  const ratios: number[] = []
  for (const policy of Object.values(POLICIES)) ratios.push(await hitRatio(make(), policy))
  rows.push([name, ratios])
}

console.log(`\n@base/cache/store, hits in 100 of ${READS.toLocaleString('en')} reads\n`)
console.log(
  `| workload | ${Object.keys(POLICIES).join(' | ')} |\n| --- |${' ---: |'.repeat(Object.keys(POLICIES).length)}`,
)
for (const [name, ratios] of rows)
  console.log(`| ${name} | ${ratios.map((ratio) => ratio.toFixed(1)).join(' | ')} |`)

const plot = process.env['PLOT']
if (plot !== undefined) writeFileSync(plot, drawing())

function drawing(): string {
  const colours = ['#b0b7c3', '#6b8cae', '#1f5fa8']
  const parts = rows.flatMap(([name, ratios], row) => {
    const top = 40 + row * 62
    const bars = ratios.map((ratio, index) => {
      const y = top + index * 15
      const label = `<text x="${205 + ratio * 4.5}" y="${y + 10}" class="v">${ratio.toFixed(1)}</text>`
      return `<rect x="200" y="${y}" width="${(ratio * 4.5).toFixed(1)}" height="12" fill="${colours[index]}"/>${label}`
    })
    return [`<text x="190" y="${top + 26}" text-anchor="end">${name}</text>`, ...bars]
  })
  const legend = Object.keys(POLICIES).map((name, index) => {
    const x = 200 + index * 130
    return `<rect x="${x}" y="10" width="12" height="12" fill="${colours[index]}"/><text x="${x + 18}" y="20">${name}</text>`
  })
  const style = '<style>text{font:12px sans-serif;fill:#444}.v{font-size:10px}</style>'
  const height = 40 + rows.length * 62
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 ${height}" role="img" aria-label="Hits in 100 reads">${style}<rect width="720" height="${height}" fill="#fff"/>${[...legend, ...parts].join('')}</svg>\n`
}
