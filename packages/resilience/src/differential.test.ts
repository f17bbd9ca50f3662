import { TestClock } from '@base/core/testing'
import { runs } from '@base-internal/tools/soak'
import { CircuitState as CockatielState, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel'
import fc from 'fast-check'
import Opossum from 'opossum'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CircuitBreaker } from './circuit-breaker/circuit-breaker.js'

/**
 * Random sequences of calls, one after the other, through ours and a peer whose options match. Where they differ on
 * purpose, the sequence ends; `docs/guides/differences-from-peers.md` says why.
 */

const SEQUENCES = runs({ ci: 1_000, soak: 100_000 })
const PAUSE = 10_000

type Step = 'success' | 'failure' | number
const steps = fc.array(
  fc.oneof(fc.constantFrom<Step>('success', 'failure', 'failure'), fc.integer({ min: 1, max: PAUSE })),
  { maxLength: 30 },
)

const act = (step: Step) => async () => {
  if (step === 'failure') throw new Error('down')
  return 'up'
}

/** Whether a call was let through, and how it ended. */
async function outcome(call: () => Promise<unknown>): Promise<string> {
  try {
    return String(await call())
  } catch (error) {
    return (error as Error).message === 'down' ? 'down' : 'refused'
  }
}

/** The peers read the clock of the process. */
async function pass(clock: TestClock, by: number): Promise<void> {
  vi.advanceTimersByTime(by)
  await clock.advance(by)
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
})

afterEach(() => {
  vi.useRealTimers()
})

test(`${SEQUENCES} sequences end as with the consecutive breaker of cockatiel`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), steps, async (threshold, sequence) => {
      const clock = new TestClock()
      const ours = new CircuitBreaker({ failureThreshold: threshold, recoveryTimeout: PAUSE, clock })
      const theirs = circuitBreaker(handleAll, {
        halfOpenAfter: PAUSE,
        breaker: new ConsecutiveBreaker(threshold),
      })
      for (const step of sequence) {
        if (typeof step === 'number') {
          await pass(clock, step)
          continue
        }
        const mine = await outcome(() => ours.execute(act(step)))
        expect(mine).toBe(await outcome(() => theirs.execute(act(step))))
        expect(ours.state === 'open').toBe(theirs.state === CockatielState.Open)
      }
    }),
    { numRuns: SEQUENCES },
  )
}, 30_000)

test(`${SEQUENCES} sequences end as with the breaker of opossum, until a circuit has closed again`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), steps, async (minimumCalls, sequence) => {
      const clock = new TestClock()
      // Of so few calls no rate is exactly 47.3 %: opossum opens above it, ours from it on.
      const ours = new CircuitBreaker({
        window: { type: 'time', duration: '1h', failureRate: 0.473, minimumCalls },
        recoveryTimeout: PAUSE,
        clock,
      })
      const theirs = new Opossum((step: Step) => act(step)(), {
        timeout: false,
        errorThresholdPercentage: 47.3,
        volumeThreshold: minimumCalls,
        resetTimeout: PAUSE,
        rollingCountTimeout: 3_600_000,
      })
      try {
        let hasOpened = false
        for (const step of sequence) {
          if (typeof step === 'number') {
            await pass(clock, step)
            continue
          }
          const mine = await outcome(() => ours.execute(act(step)))
          expect(mine).toBe(await outcome(() => theirs.fire(step)))
          expect(ours.state).toBe(theirs.opened ? 'open' : 'closed')
          hasOpened ||= ours.state === 'open'
          // Opossum keeps what it counted before, and counts what it refused.
          if (hasOpened && ours.state === 'closed') return
        }
      } finally {
        theirs.shutdown()
      }
    }),
    { numRuns: SEQUENCES },
  )
}, 30_000)
