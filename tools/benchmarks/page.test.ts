import { describe, expect, test } from 'vitest'
import type { KeptBench } from '../bench/keep.ts'
import type { LoadResult } from '../load/report.ts'
import { renderPage } from './page.ts'

const MACHINE = {
  date: '2026-01-02',
  node: 'v24.0.0',
  cpu: 'Fast',
  cores: 2,
  memory: 8,
  system: 'Linux 6.1',
  load: 0.5,
}

const BENCH: KeptBench = {
  ...MACHINE,
  file: 'packages/adapters/redis/src/lock/lock.bench.ts',
  name: '@base/redis/lock',
  ours: '@base/redis',
  versions: { redlock: '5.0.0' },
  workloads: {
    take: [
      { name: 'floor', nanoseconds: 1, ratio: 0.1 },
      { name: '@base/redis', nanoseconds: 10, ratio: 1 },
      { name: 'redlock', nanoseconds: 8, ratio: 0.8 },
      { name: 'slow', nanoseconds: 99, ratio: 9.9 },
    ],
  },
}

const summary = (name: string, requestsPerSecond: number, p99: number) => ({
  name,
  scenarios: { read: { requestsPerSecond, p50: 1, p99, cpuPerRequest: 100 } },
  rss: 2e8,
  rssAfterCollection: 1e8,
  startTime: 900,
})

const LOAD: LoadResult = {
  ...MACHINE,
  effort: 'full',
  connections: 16,
  rounds: 5,
  summaries: [summary('orders-api', 900, 4), summary('peer-orders', 1_000, 5)],
  lines: {
    'orders-api': { items: { files: 1, lines: 50 } },
    'peer-orders': { items: { files: 2, lines: 100 } },
  },
}

describe('the page of benchmarks', () => {
  test('shows each table with where and on what it was measured', () => {
    const page = renderPage({ benches: [BENCH], load: undefined, sizes: [] })

    expect(page).toContain('### @base/redis\n\n#### @base/redis/lock')
    expect(page).toContain('`packages/adapters/redis/src/lock/lock.bench.ts`. With redlock 5.0.0.')
    expect(page).toContain('Fast, 2 cores, 8 GB, Linux 6.1, Node v24.0.0, 2026-01-02, load 0.5.')
    expect(page).toContain('Not measured yet')
  })

  test('names who is faster, and neither the floor nor who is not', () => {
    const page = renderPage({ benches: [BENCH], load: undefined, sizes: [] })
    const faster = page.slice(page.indexOf('## Where another is faster'), page.indexOf('## Bundle sizes'))

    expect(faster).toMatch(/\| @base\/redis\/lock +\| take +\| redlock +\| +×0\.80 \|/)
    expect(faster).not.toMatch(/slow|floor/)
  })

  test('says of the whole service what is worse, and counts the lines of what both do', () => {
    const page = renderPage({ benches: [], load: LOAD, sizes: [] })

    expect(page).toMatch(/requests\/s +\| +900 \| +1,000 \| +×0\.90 \(worse\) \|/)
    expect(page).toMatch(/p99 +\| +4\.00 ms \| +5\.00 ms \| +×0\.80 \|/)
    expect(page).toMatch(/\*\*together\*\* +\| +50 \| +100 \| +×0\.50 \|/)
  })

  test('shows sizes beside those of others', () => {
    const peers = { redlock: { version: '5.0.0', bytes: 500 } }
    const sizes = [
      { name: 'lock', ours: "export { redisLock } from '@base/redis/lock'", bytes: 1_000, peers },
    ]

    expect(renderPage({ benches: [], load: undefined, sizes })).toMatch(
      /\| lock +\| `@base\/redis\/lock` +\| 1,000 B +\| redlock 5\.0\.0: 500 B \(×0\.50\) +\|/,
    )
  })
})
