import { afterEach, describe, expect, test, vi } from 'vitest'
import { isAlwaysTrue } from './always-true.js'
import { allOf, always, anyOf, never, not } from './combine.js'
import type { Specification } from './specification.js'
import { where } from './where.js'

const rows = where<{ n: number }>()
const texts = where<{ text: string; date: Date }>()
const some = rows.equals('n', 1)
const other = rows.greaterThan('n', 5)
const even = rows.satisfies((row) => row.n % 2 === 0, 'even')
const all = always<{ n: number }>()
const none = never<{ n: number }>()

describe('a specification is always true by its structure', () => {
  test.each([
    ['an and of nothing', all],
    ['not an or of nothing', not(none)],
    ['all of those', all.and(not(none))],
    ['one of those or a condition', some.or(all)],
    ['in none of an empty list', where<{ n: number }>().isNotIn('n', [])],
    ['not (a condition and an or of nothing)', not(some.and(none))],
    ['a condition or its opposite', some.or(some.not())],
    ['the opposite of one or it', even.not().or(even)],
    ['equal or not equal', some.or(rows.notEquals('n', 1))],
    ['in a list or not in it', rows.isNotIn('n', [1, 2]).or(rows.isIn('n', [1, 2]))],
    ['null or not null', rows.isNull('n').or(rows.isNotNull('n'))],
    ['the opposite of a condition and its opposite', some.and(some.not()).not()],
    ['one of two or neither', some.or(other).not().or(some).or(other)],
    ['two or not the first or not the second', some.and(other).or(some.not()).or(other.not())],
    ['not between reversed ends', rows.between('n', 3, 1).not()],
    ['not between texts that are reversed', texts.between('text', '\u{1f600}', '\ufffd').not()],
    ['not between dates that are reversed', texts.between('date', new Date(1), new Date(0)).not()],
    ['one that was not made here', { expression: { op: 'and', of: [] } }],
  ])('where it is %s', (_, specification) => {
    expect(isAlwaysTrue(specification as never)).toBe(true)
  })

  test.each([
    ['a condition', some],
    ['its opposite', not(some)],
    ['never', none],
    ['a condition and always', some.and(all)],
    ['a condition or never', some.or(none)],
    ['a condition twice', some.or(some)],
    ['a condition and its opposite', some.and(some.not())],
    ['one or another that is not', some.or(other.not())],
    ['two or not the first', some.and(other).or(some.not())],
    ['not between two ends', rows.between('n', 1, 3).not()],
    ['not between equal ends', rows.between('n', 1, 1).not()],
    ['not between texts that are not reversed', texts.between('text', '\ufffd', '\u{1f600}').not()],
    ['not between the same time', texts.between('date', new Date(1), new Date(1)).not()],
    ['a function or the opposite of another of its name', even.or(rows.satisfies(() => true, 'even').not())],
    ['in an empty list', where<{ n: number }>().isIn('n', [])],
  ])('and not where it is %s', (_, specification) => {
    expect(isAlwaysTrue(specification as never)).toBe(false)
  })
})

describe('the work that it takes', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  /** Copies of a map count by its entries. */
  function workOf(specification: Specification<{ n: number }>): number {
    const { calls: texts } = vi.spyOn(JSON, 'stringify').mock
    const { calls: entries } = vi.spyOn(Map.prototype, 'set').mock
    expect(isAlwaysTrue(specification)).toBe(false)
    const characters = texts.reduce((sum, [value]) => sum + Object.keys(value).length, 0)
    vi.restoreAllMocks()
    return characters + entries.length
  }

  const wide = (size: number) =>
    anyOf(...Array.from({ length: size }, (_, n) => allOf(rows.equals('n', n), rows.lessThan('n', n))))
  const deep = (size: number) => {
    const leaves = Array.from({ length: size }, (_, n) => rows.equals('n', n))
    return leaves.reduce<Specification<{ n: number }>>(
      (inner, leaf, n) => (n % 2 === 0 ? allOf(inner, leaf) : anyOf(inner, leaf)),
      some,
    )
  }

  test.each([
    ['width', wide],
    ['depth', deep],
  ])('grows with the %s, not its square', (_, make) => {
    const [small, large] = [workOf(make(100)), workOf(make(800))]
    expect(small).toBeGreaterThan(100)
    expect(large).toBeLessThan(9 * small)
  })
})
