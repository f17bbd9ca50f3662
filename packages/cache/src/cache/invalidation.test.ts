import { describe, expect, test } from 'vitest'
import { covers, PendingInvalidation } from './invalidation.js'

const NOTHING = { keys: [], tags: [], patterns: [], cleared: [] }

describe('PendingInvalidation', () => {
  test('is all that was added, each once, and empty when it was taken', () => {
    const pending = new PendingInvalidation('')
    expect(pending.isEmpty).toBe(true)
    pending.add({ keys: ['a', 'b'], tags: ['t'] })
    pending.add({
      keys: ['a'],
      patterns: [
        ['', 'a*'],
        [':n', 'a*'],
      ],
    })
    pending.add({ patterns: [['', 'a*']], cleared: [':n'] })
    expect(pending.isEmpty).toBe(false)
    expect(pending.take()).toEqual({
      keys: ['a', 'b'],
      tags: ['t'],
      patterns: [
        ['', 'a*'],
        [':n', 'a*'],
      ],
      cleared: [':n'],
    })
    expect([pending.isEmpty, pending.take()]).toEqual([true, NOTHING])
  })

  test.each([
    [{ keys: ['a'] }],
    [{ tags: ['t'] }],
    [{ patterns: [['', '*']] as const }],
    [{ cleared: [':n'] }],
    [{ patterns: [['', '*']] as const, cleared: [':n'] }],
    [{ tags: ['t'], patterns: [['', '*']] as const }],
  ])('is not empty with %j alone', (invalidation) => {
    const pending = new PendingInvalidation('')
    pending.add(invalidation)
    expect(pending.isEmpty).toBe(false)
    expect(pending.take()).toEqual({ ...NOTHING, ...invalidation })
  })

  test('two patterns whose parts read the same are two', () => {
    const pending = new PendingInvalidation('')
    pending.add({
      patterns: [
        [':n', 'x'],
        ['', ':nx'],
      ],
    })
    expect(pending.take().patterns).toHaveLength(2)
  })

  test('above 10,000 names that could not be told it is that its namespace is cleared', () => {
    const pending = new PendingInvalidation(':mine')
    const names = (count: number, name: string) => Array.from({ length: count }, (_, id) => `${name}${id}`)
    pending.keep({ keys: names(9_997, 'k'), tags: ['t'], patterns: [['', '*']], cleared: [':n'] })
    expect(pending.take().keys).toHaveLength(9_997)
    pending.add({ keys: names(10_001, 'k') })
    expect(pending.take().keys).toHaveLength(10_001)
    pending.keep({ keys: names(9_998, 'k'), tags: ['t'], patterns: [['', '*']], cleared: [':n'] })
    expect(pending.take()).toEqual({ ...NOTHING, cleared: [':mine'] })
  })
})

describe('covers', () => {
  test.each([
    [{ tags: ['x', 't'] }, true],
    [{ tags: ['x'] }, false],
    [{ patterns: [['', 'x*'] as const, ['', 'k*'] as const] }, true],
    [{ patterns: [[':n', 'k*'] as const] }, false],
    [{ cleared: [':n', ''] }, true],
    [{ cleared: [':n'] }, false],
    [NOTHING, false],
    [{}, false],
  ])('%j: %s for the key k with the tag t', (invalidation, covered) => {
    expect(covers(invalidation, 'k', ['t', 'u'])).toBe(covered)
  })
})
