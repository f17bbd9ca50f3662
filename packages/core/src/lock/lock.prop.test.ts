import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TestClock } from '../testing/index.js'
import { memoryLock } from './index.js'

const worker = fc.record({
  key: fc.constantFrom('a', 'b'),
  starts: fc.nat(50),
  holds: fc.nat(30),
  ttl: fc.integer({ min: 1, max: 30 }),
  wait: fc.nat(60),
  aborts: fc.option(fc.nat(80), { nil: undefined }),
})

describe('memoryLock', () => {
  test('is never held twice, and its tokens only grow, whatever the interleaving', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(worker, { minLength: 1, maxLength: 12 }), async (workers) => {
        const clock = new TestClock()
        const lock = memoryLock({ clock })
        const holders = new Map<string, AbortSignal>()
        const tokens = new Map<string, bigint>()

        const run = async ({ key, starts, holds, ttl, wait, aborts }: (typeof workers)[number]) => {
          const controller = new AbortController()
          if (aborts !== undefined) clock.schedule(aborts, () => controller.abort(new Error('gone')))
          await clock.sleep(starts)
          const lease = await lock.acquire(key, { ttl, wait, signal: controller.signal })

          // Who held it before has given it back, or knows that it has lost it.
          expect(holders.get(key)?.aborted ?? true).toBe(true)
          expect(lease.token > (tokens.get(key) ?? 0n)).toBe(true)
          tokens.set(key, lease.token)
          holders.set(key, lease.signal)

          await clock.sleep(holds)
          if (!lease.signal.aborted) holders.delete(key)
          expect(await lease.release()).toEqual({ released: !lease.signal.aborted })
        }
        const runs = Promise.allSettled(workers.map(run))
        await clock.runAll()

        for (const outcome of await runs) {
          if (outcome.status === 'rejected' && !isExpected(outcome.reason)) throw outcome.reason
        }
        clock.assertIdle()
        await clock.advance('1m')
        expect(await lock.tryAcquire('a')).toBeDefined()
        expect(await lock.tryAcquire('b')).toBeDefined()
      }),
      { numRuns: runs({ ci: 50, soak: 5_000 }) },
    )
  })
})

function isExpected(reason: unknown): boolean {
  return (
    reason instanceof Error && (reason.message === 'gone' || reason.message.includes('was not free within'))
  )
}
