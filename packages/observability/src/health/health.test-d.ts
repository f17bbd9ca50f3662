import { describe, expectTypeOf, test } from 'vitest'
import { createHealth, type HealthReport, type HealthStatus } from './index.js'

describe('createHealth', () => {
  test('takes checks of any value, and gives a report', () => {
    const health = createHealth({
      checks: {
        rows: { check: async () => ({ rows: [] as unknown[] }) },
        outcome: {
          check: (signal) => ({ status: signal.aborted ? 'fail' : 'pass' }),
          timeout: '1s',
          ttl: 500,
        },
      },
    })
    expectTypeOf(health.ready()).toEqualTypeOf<Promise<HealthReport>>()
    expectTypeOf<HealthReport['status']>().toEqualTypeOf<HealthStatus>()
  })

  test('takes a signal that may be missing', () => {
    const ready = (signal?: AbortSignal) => createHealth().ready({ signal })
    expectTypeOf(ready()).toEqualTypeOf<Promise<HealthReport>>()
  })

  test('knows its events', () => {
    createHealth().on('change', ({ name, status }) => {
      expectTypeOf(name).toEqualTypeOf<string>()
      expectTypeOf(status).toEqualTypeOf<HealthStatus>()
    })
    // @ts-expect-error: no such event
    createHealth().on('changed', () => {})
    // @ts-expect-error: not a duration
    createHealth({ checks: { it: { check: () => true, timeout: '1 second' } } })
  })
})
