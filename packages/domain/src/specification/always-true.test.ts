import { describe, expect, test } from 'vitest'
import { isAlwaysTrue } from './always-true.js'
import { always, never, not } from './combine.js'
import { where } from './where.js'

const some = where<{ n: number }>().equals('n', 1)
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
    ['in an empty list', where<{ n: number }>().isIn('n', [])],
  ])('and not where it is %s', (_, specification) => {
    expect(isAlwaysTrue(specification as never)).toBe(false)
  })
})
