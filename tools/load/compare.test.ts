import { describe, expect, test } from 'vitest'
import { inTurn, summarise } from './compare.ts'
import { percentile } from './drive.ts'
import type { Run } from './run-shop.ts'

function runWith(requestsPerSecond: number, rss: number): Run {
  const measured = { requests: 1, requestsPerSecond, p50: 1, p99: 2, cpuPerRequest: 3 }
  return { scenarios: { read: measured }, memory: { rss, rssAfterCollection: rss / 2 } }
}

describe('rounds', () => {
  test('turn the order, so that nobody always comes first', () => {
    expect([0, 1, 2].map((round) => inTurn(['a', 'b'], round).join(''))).toEqual(['ab', 'ba', 'ab'])
  })

  test('are summed up by the one in the middle', () => {
    const runs = [runWith(100, 8), runWith(900, 2), runWith(300, 4)]

    expect(summarise('shop', runs, [30, 10, 20])).toEqual({
      name: 'shop',
      scenarios: { read: { requestsPerSecond: 300, p50: 1, p99: 2, cpuPerRequest: 3 } },
      rss: 4,
      rssAfterCollection: 2,
      startTime: 20,
    })
  })
})

describe('a percentile', () => {
  test('is a time that was measured', () => {
    const times = Array.from({ length: 200 }, (_, index) => index + 1)

    expect([percentile(times, 0.5), percentile(times, 0.99), percentile([7], 0.99)]).toEqual([100, 198, 7])
  })
})
