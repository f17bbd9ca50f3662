import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ValueObject } from './index.js'

class Bag extends ValueObject<{ content: unknown }> {}

const content = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
})

describe('equality of value objects', () => {
  test('is reflexive: what is built twice of the same contents is equal', () => {
    fc.assert(
      fc.property(fc.noShrink(fc.clone(content, 2)), ([left, right]) => {
        const bag = new Bag({ content: left })
        expect(bag.equals(bag)).toBe(true)
        expect(bag.equals(new Bag({ content: right }))).toBe(true)
        expect(bag.equals(new Bag(bag.props))).toBe(true)
      }),
    )
  })

  test('is symmetric', () => {
    fc.assert(
      fc.property(content, content, (a, b) => {
        const left = new Bag({ content: a })
        const right = new Bag({ content: b })
        expect(left.equals(right)).toBe(right.equals(left))
      }),
    )
  })

  test('sees any single change of plain JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const normal = (value: unknown) =>
          JSON.stringify(value, (_, item) => (Object.is(item, -0) ? 0 : item))
        const same = isSameJson(JSON.parse(normal(a)), JSON.parse(normal(b)))
        expect(new Bag({ content: a }).equals(new Bag({ content: b }))).toBe(same)
      }),
    )
  })
})

/** The naive model: sorted keys, then text. */
function isSameJson(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b)
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join()}}`
}
