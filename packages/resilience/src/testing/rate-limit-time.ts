import { assert } from '@base/core/testing'
import type { RateLimitAlgorithm, RateLimitResult } from '../rate-limiter/store.js'
import { ALGORITHMS, type Law, limitOf, SECOND, seen } from './rate-limits.js'

/** What was spent comes back with time. */
export function time(law: Law): void {
  waits(law)
  windows(law)
}

function waits(law: Law): void {
  law('after retryAfter it is allowed, and not much earlier', async ({ store, advance }) => {
    for (const algorithm of ALGORITHMS) {
      const limit = limitOf([{ algorithm, limit: 2, window: SECOND, burst: 2 }], algorithm)
      await store.consume('a', 2, limit)
      const wait = retryAfterOf(await store.consume('a', 1, limit))
      assert.ok(
        Number.isSafeInteger(wait) && wait > 0 && wait <= 2 * SECOND,
        `${algorithm}: retryAfter ${wait}`,
      )
      const half = Math.floor(wait / 2)
      await advance(half)
      // A window of the clock may be about to end, and half of that is no time.
      if (!algorithm.endsWith('_window')) {
        const early = await store.consume('a', 1, limit)
        assert.deepEqual(seen(early), [false, 0], `${algorithm}: half of it is enough`)
        assert.ok(retryAfterOf(early) <= wait - half, `${algorithm}: retryAfter has not gone down`)
      }
      await advance(wait - half)
      assert.equal((await store.consume('a', 1, limit)).allowed, true, `${algorithm}: it is not enough`)
    }
  })

  law('after resetAfter it is as new', async ({ store, advance }) => {
    for (const algorithm of ALGORITHMS) {
      const limit = limitOf([{ algorithm, limit: 5, window: SECOND }], algorithm)
      const { policies } = await store.consume('a', 3, limit)
      const rest = Number(policies[0]?.resetAfter)
      assert.ok(
        Number.isSafeInteger(rest) && rest > 0 && rest <= 2 * SECOND,
        `${algorithm}: resetAfter ${rest}`,
      )
      await advance(rest)
      const later = await store.consume('a', 0, limit)
      assert.deepEqual([seen(later), later.policies[0]?.resetAfter], [[true, 5], 0], algorithm)
    }
  })
}

function windows(law: Law): void {
  law('what paces gives back bit by bit, and a log all at once', async ({ store, advance }) => {
    const answers = [
      ['gcra', true],
      ['token_bucket', true],
      ['sliding_log', false],
    ] as const
    const limitBy = (algorithm: RateLimitAlgorithm) =>
      limitOf([{ algorithm, limit: 2, window: SECOND }], algorithm)
    for (const [algorithm] of answers) await store.consume('a', 2, limitBy(algorithm))
    await advance(SECOND * 0.6)
    for (const [algorithm, allowed] of answers)
      assert.equal((await store.consume('a', 1, limitBy(algorithm))).allowed, allowed, algorithm)
  })

  law('what slides forgets nothing where a window of the clock ends', async ({ store, advance }) => {
    const limits = (['sliding_log', 'sliding_window'] as const).map((algorithm) =>
      limitOf([{ algorithm, limit: 10, window: SECOND }], algorithm),
    )
    // A TestClock stands at such an end at first.
    await advance(SECOND * 0.6)
    for (const limit of limits) {
      const { policies } = await store.consume('a', 10, limit)
      assert.ok(Number(policies[0]?.resetAfter) >= SECOND, `${limit.name}: resetAfter`)
    }
    await advance(SECOND * 0.6)
    for (const limit of limits) assert.equal((await store.consume('a', 10, limit)).allowed, false, limit.name)
  })

  law('a burst comes back at the pace of the limit', async ({ store, advance }) => {
    for (const algorithm of ['gcra', 'token_bucket'] as const) {
      const limit = limitOf([{ algorithm, limit: 2, window: SECOND, burst: 6 }], algorithm)
      const { policies } = await store.consume('a', 6, limit)
      const rest = Number(policies[0]?.resetAfter)
      assert.ok(rest > 2 * SECOND && rest <= 3 * SECOND, `${algorithm}: resetAfter ${rest}`)
      await advance(SECOND * 1.5)
      const [, left = 0] = seen(await store.consume('a', 0, limit))
      assert.ok(left >= 3 && left < 6, `${algorithm}: ${left} have come back`)
    }
  })

  law('what a window below a second has counted ends with it', async ({ store, advance }) => {
    for (const algorithm of ALGORITHMS) {
      const limit = limitOf([{ algorithm, limit: 1, window: 300 }], algorithm)
      await store.consume('a', 1, limit)
      await advance(600)
      assert.equal((await store.consume('a', 1, limit)).allowed, true, algorithm)
    }
  })
}

function retryAfterOf({ policies }: RateLimitResult): number {
  return Number(policies[0]?.retryAfter)
}
