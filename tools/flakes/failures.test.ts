import { expect, test } from 'vitest'
import { failuresIn, flakesOf } from './failures.ts'

const file = (status: string, tests: readonly [string, string, ...string[]][], message = '') => ({
  name: 'retry.test.ts',
  status,
  message,
  assertionResults: tests.map(([fullName, status, ...failureMessages]) => ({
    fullName,
    status,
    failureMessages,
  })),
})

test('names each test that failed, and no other', () => {
  const report = file('failed', [
    ['waits', 'passed'],
    ['gives up', 'failed', 'expected 3 to be 2'],
    ['is slow', 'skipped'],
  ])
  expect(failuresIn({ testResults: [report, file('passed', [['waits', 'passed']])] })).toEqual([
    { test: 'retry.test.ts > gives up', message: 'expected 3 to be 2' },
  ])
})

test('names the file where it could not be run', () => {
  expect(failuresIn({ testResults: [file('failed', [], 'no such module')] })).toEqual([
    { test: 'retry.test.ts', message: 'no such module' },
  ])
})

test('counts a test once, by the seeds with which it failed, the most frequent first', () => {
  const [rare, often] = [
    { test: 'rare', message: 'once' },
    { test: 'often', message: 'first' },
  ]
  const runs = [
    { seed: 1, failures: [rare, often] },
    { seed: 2, failures: [] },
    { seed: 3, failures: [{ ...often, message: 'second' }] },
  ]
  expect(flakesOf(runs)).toEqual([
    { ...often, seeds: [1, 3] },
    { ...rare, seeds: [1] },
  ])
})
