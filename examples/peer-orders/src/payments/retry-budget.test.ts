import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RetryBudget } from './retry-budget.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

const paidBy = (budget: RetryBudget) => {
  let retries = 0
  while (budget.withdraw()) retries++
  return retries
}

test('calls and time pay for retries, and no more than ten seconds of it are saved up', () => {
  const budget = new RetryBudget()
  expect(paidBy(budget)).toBe(10)
  for (let call = 0; call < 10; call++) budget.deposit()
  expect(paidBy(budget)).toBe(2)
  vi.advanceTimersByTime(1_000)
  expect(paidBy(budget)).toBe(10)
  vi.advanceTimersByTime(3_600_000)
  expect(paidBy(budget)).toBe(100)
})
