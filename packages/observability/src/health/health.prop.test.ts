import { TestClock } from '@base/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createHealth, type HealthStatus } from './index.js'

const arbCheck = fc.record({
  status: fc.constantFrom<HealthStatus>('pass', 'warn', 'fail'),
  critical: fc.boolean(),
  takes: fc.integer({ min: 0, max: 1_500 }),
})

test('the status of a group is that of its worst check, and it takes as long as the slowest', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(arbCheck, { maxLength: 6 }), async (checks) => {
      const clock = new TestClock()
      const entries = checks.map(({ status, critical, takes }, id) => [
        `check${id}`,
        {
          critical,
          check: async () => {
            await clock.sleep(takes)
            return status
          },
        },
      ])
      const health = createHealth({ checks: Object.fromEntries(entries), clock })
      let endedAt = Number.NaN
      const from = clock.monotonic()
      const asked = health.ready().then((report) => {
        endedAt = clock.monotonic() - from
        return report
      })
      for (let step = 0; step < 20; step++) await clock.advance(100)
      const seen = checks.map(({ status, critical, takes }) => ({
        critical,
        status: takes < 800 ? status : takes === 800 ? undefined : 'fail',
      }))
      const report = await asked
      const found = Object.values(report.checks)
      for (const [id, { status }] of seen.entries())
        if (status !== undefined) expect(found[id]?.status).toBe(status)
      const fails = found.some(({ status, critical }) => status === 'fail' && critical)
      expect(report.status === 'fail').toBe(fails)
      expect(report.status === 'pass').toBe(found.every(({ status }) => status === 'pass'))
      expect(endedAt).toBe(Math.max(0, ...checks.map(({ takes }) => Math.min(takes, 800))))
      await clock.runAll()
      expect(clock.pending).toBe(0)
    }),
  )
})
