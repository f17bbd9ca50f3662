import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { describeWithService } from '@base-internal/tools/services'
import { testProcesses } from '@base-internal/tools/test-process'
import { expect, test } from 'vitest'

const PROCESSES = 4
const CALLS = 200
const LIMIT = 100
const MINUTE = 60_000

interface Outcome {
  readonly allowed: number
  readonly began: number
  readonly ended: number
}

describeWithService('redis', (redis) => {
  const processOf = testProcesses(join(import.meta.dirname, 'test-process.ts'))

  const start = async (key: string, algorithm: string) => {
    const started = processOf(redis.url, key, algorithm, `${CALLS}`)
    await started.hear()
    return async () => JSON.parse(await started.ask('go')) as Outcome
  }

  /** All processes spend at once; the outcomes are those of each. */
  const spend = async (algorithm: string) => {
    const key = randomUUID()
    const ready = await Promise.all(Array.from({ length: PROCESSES }, () => start(key, algorithm)))
    const outcomes = await Promise.all(ready.map((go) => go()))
    return {
      allowed: outcomes.reduce((sum, outcome) => sum + outcome.allowed, 0),
      began: Math.min(...outcomes.map(({ began }) => began)),
      ended: Math.max(...outcomes.map(({ ended }) => ended)),
    }
  }

  test('a limit of 100 a minute lets exactly 100 through, in whatever process, with a fixed window', async () => {
    for (;;) {
      const { allowed, began, ended } = await spend('fixed_window')
      // A window begins at each minute of the server; of two, each lets as many through.
      if (Math.floor(began / MINUTE) !== Math.floor(ended / MINUTE)) continue
      expect(allowed).toBe(LIMIT)
      return
    }
  })

  test('with gcra never more than its formula at the times of the server', async () => {
    const { allowed, began, ended } = await spend('gcra')
    expect(allowed).toBeGreaterThanOrEqual(LIMIT)
    expect(allowed).toBeLessThanOrEqual(LIMIT + Math.floor(((ended - began) * LIMIT) / MINUTE))
  })
})
