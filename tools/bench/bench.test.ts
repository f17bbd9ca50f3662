import { beforeEach, describe, expect, test, vi } from 'vitest'
import { bench } from './index.ts'
import { median } from './measure.ts'
import { table } from './table.ts'

describe('bench', () => {
  beforeEach(() => {
    vi.stubEnv('BENCH_SMOKE', '1')
    return () => vi.unstubAllEnvs()
  })

  test('prints a row per workload and a column per contestant, and returns the figures', async () => {
    const printed: string[] = []
    const figures = await bench({
      name: 'numbers',
      ours: 'ours',
      print: (text) => printed.push(text),
      workloads: {
        sync: { floor: (n) => n, contestants: { peer: (n) => n, ours: (n) => n } },
        async: {
          contestants: { ours: async (n) => n, peer: { run: async (n) => [n], read: ([n]: [number]) => n } },
        },
      },
    })

    const lines = printed.join('\n').split('\n')
    expect(lines.find((line) => line.includes('ours'))).toMatch(/^\| +\| +floor \| +ours \| +peer \|$/)
    expect(lines.find((line) => line.startsWith('| async'))).toMatch(
      /^\| async \| +– \| .+s \| .+s ×\d+\.\d\d \|$/,
    )
    expect(figures.get('sync')?.map(({ name }) => name)).toEqual(['floor', 'peer', 'ours'])
    expect(figures.get('sync')?.find(({ name }) => name === 'ours')?.ratio).toBe(1)
  })

  test('times nothing where results differ, and names who differs', async () => {
    const workloads = {
      add: { contestants: { ours: (n: number) => n + 1, peer: (n: number) => n + (n > 2 ? 2 : 1) } },
    }

    await expect(bench({ name: 'numbers', ours: 'ours', workloads })).rejects.toThrow(
      "Bench 'numbers', 'add': 'peer' returns 5 for 3, 'ours' 4.",
    )
  })

  test('compares what is awaited', async () => {
    const workloads = { add: { contestants: { ours: async () => 1, peer: async () => 2 } } }

    await expect(bench({ name: 'numbers', ours: 'ours', workloads })).rejects.toThrow(
      "'peer' returns 2 for 0, 'ours' 1",
    )
  })

  test('needs the contestant that is ours', async () => {
    const workloads = { add: { contestants: { peer: () => 1 } } }

    await expect(bench({ name: 'numbers', ours: 'ours', workloads })).rejects.toThrow("no contestant 'ours'")
  })
})

describe('the table', () => {
  test('shows three digits, a ratio for peers alone, and a dash for a missing form', () => {
    const rows = new Map([
      [
        'fast',
        [
          { name: 'peer', nanoseconds: 25, ratio: 2.5 },
          { name: 'ours', nanoseconds: 10, ratio: 1 },
        ],
      ],
      ['slow', [{ name: 'ours', nanoseconds: 12_345_678, ratio: 1 }]],
    ])

    expect(table(rows, 'ours')).toBe(
      [
        '|      |    ours |          peer |',
        '| ---- | ------: | ------------: |',
        '| fast | 10.0 ns | 25.0 ns ×2.50 |',
        '| slow | 12.3 ms |             – |',
      ].join('\n'),
    )
  })
})

describe('median', () => {
  test('is the middle, or the mean of the two in the middle', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([7])]).toEqual([2, 2.5, 7])
  })
})
