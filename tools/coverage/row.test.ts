import { expect, test } from 'vitest'
import { rowOf } from './row.ts'

const summary = (total: number, covered: number) => {
  const each = { total, covered }
  return { total: { lines: each, branches: each, functions: each } }
}
const row = (total: number, covered: number) => rowOf('@base/core', summary(total, covered)).split(/\s{2,}/)

test('says how much of how many', () => {
  expect(row(1_000, 915)).toEqual(['@base/core', ...Array(3).fill('91.5 % of 1000')])
})

test('says 100 % only where nothing is missing', () => {
  expect(row(5_000, 4_999)[1]).toBe('99.9 % of 5000')
  expect(row(5_000, 5_000)[1]).toBe('100.0 % of 5000')
  expect(row(0, 0)[1]).toBe('100.0 % of 0')
})
