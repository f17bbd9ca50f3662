import { seededRandom } from '@base/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planFaults } from './plan.ts'

const plans = fc
  .record({ seed: fc.nat(), duration: fc.integer({ min: 0, max: 2_000_000 }) })
  .map(({ seed, duration }) => ({
    seed,
    duration,
    plan: planFaults(seededRandom(seed), duration),
  }))

test('a seed has one plan', () => {
  fc.assert(
    fc.property(plans, ({ seed, duration, plan }) => {
      expect(planFaults(seededRandom(seed), duration)).toEqual(plan)
    }),
  )
})

test('a target has one fault at a time, and all is whole at the end', () => {
  fc.assert(
    fc.property(plans, ({ duration, plan }) => {
      for (const target of ['postgres', 'redis', 'gateway', 'instance']) {
        const own = plan.filter((fault) => fault.target === target)
        const ends = [0, ...own.map(({ at, lasts }) => at + lasts)]
        expect(own.every(({ at }, n) => at >= (ends[n] ?? 0))).toBe(true)
        expect(Math.max(...ends)).toBeLessThanOrEqual(duration)
      }
    }),
  )
})

test('in twenty minutes each fault comes', () => {
  const plan = planFaults(seededRandom(1), 1_200_000)
  expect(new Set(plan.map(({ name }) => name)).size).toBe(17)
})
