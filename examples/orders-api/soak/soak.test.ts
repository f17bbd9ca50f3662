import { describeWithPrivateService } from '@base-internal/tools/services'
import { expect, test, vi } from 'vitest'
import { soak } from './soak.ts'

// Twenty seconds of faults; whoever then waits for an order that a killed instance has, waits for its lease to end.
vi.setConfig({ testTimeout: 400_000 })

/**
 * The same as `soak:orders`, but short. With this seed an instance, PostgreSQL and Redis are killed, and the gateway
 * loses answers and hangs.
 */
const SEED = 3_961

describeWithPrivateService('postgres', {}, (postgres) => {
  describeWithPrivateService('redis', {}, (redis) => {
    test('orders in equal orders out while what two services stand on breaks', async () => {
      const told: string[] = []
      const tell = (text: string) => void told.push(text)
      const report = await soak({ postgres, redis, duration: 20_000, seed: SEED, shoppers: 6, tell })

      expect(report.findings, told.join('\n')).toEqual([])
      expect(report.windows.map(({ name }) => name)).toEqual([
        'instance killed',
        'postgres killed',
        'gateway loses answers',
        'redis killed',
        'gateway hangs',
      ])
      // It was something to look at.
      const outcomes = report.answers.map(({ outcome }) => outcome)
      expect(outcomes.filter((outcome) => outcome.startsWith('503')).length).toBeGreaterThan(10)
      const statuses = new Set(report.outcome.orders.map(({ status }) => status))
      expect(statuses).toEqual(new Set(['pending', 'confirmed', 'cancelled']))
    })
  })
})
