import { TestClock } from '@base/core/testing'
import { expect, test } from 'vitest'
import { SealSweeper } from './seal-sweeper.js'

test.each([
  ['one', [[0, 1_000]], [1_100]],
  [
    'one that comes while another is kept',
    [
      [0, 1_000],
      [600, 1_000],
    ],
    [1_100, 1_700],
  ],
  [
    'one that ends before those that came earlier',
    [
      [0, 60_000],
      [100, 1_000],
    ],
    [1_200, 60_100],
  ],
  [
    'one after all others are dropped',
    [
      [0, 1_000],
      [5_000, 1_000],
    ],
    [1_100, 6_100],
  ],
  [
    'many that come one after the other',
    Array.from({ length: 100 }, (_, n) => [n * 10, 1_000]),
    [1_100, 2_090],
  ],
  ['many that come at once', Array.from({ length: 100 }, () => [0, 1_000]), [1_100]],
])('is dropped at its end: %s', async (_, kept, swept) => {
  const clock = new TestClock()
  const sweeps: number[] = []
  const sweeper = new SealSweeper(clock, async () => {
    sweeps.push(clock.monotonic())
    throw new Error('the database is away')
  })
  for (const [at = 0, grace = 0] of kept) {
    await clock.advance(at - clock.monotonic())
    sweeper.arm(grace)
    expect(clock.pending).toBe(0)
  }
  await clock.advance('1h')
  expect(sweeps).toEqual(swept)
})
