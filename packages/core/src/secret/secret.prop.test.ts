import { format, inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { secret } from './index.js'

/** Texts that nothing else in the output could contain. */
const values = fc.stringMatching(/^~[a-z0-9]{8,24}~$/)
const nesting = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constant('here'),
    fc.record({ a: tie('tree'), b: fc.nat() }),
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
  ),
})).tree

const plant = (tree: unknown, value: unknown): unknown => {
  if (tree === 'here') return value
  if (Array.isArray(tree)) return tree.map((item) => plant(item, value))
  if (typeof tree !== 'object' || tree === null) return tree
  return Object.fromEntries(Object.entries(tree).map(([key, item]) => [key, plant(item, value)]))
}

describe('a secret', () => {
  test('never appears, wherever it is nested and however that is printed', () => {
    fc.assert(
      fc.property(values, nesting, (value, tree) => {
        const holder = plant(tree, secret(value))
        const printed = [
          JSON.stringify(holder),
          String(holder),
          inspect(holder, { depth: 50, showHidden: true }),
          inspect(new Error('failed', { cause: holder }), { depth: 50 }),
          format('%s %j %o %O', holder, holder, holder, holder),
          JSON.stringify(structuredClone(holder)),
          inspect(structuredClone(holder), { depth: 50 }),
        ]
        for (const text of printed) expect(text).not.toContain(value)
        expect(printed[0]).toContain('[secret]')
        expect(printed[2]).toContain('[secret]')
        expect(printed[5]).toContain('[secret]')
      }),
    )
  })

  test('equals exactly the same text', () => {
    const text = fc.string({ unit: 'binary', maxLength: 6 })
    const pairs = fc.oneof(
      fc.tuple(text, text),
      text.map((same) => [same, same] as const),
    )
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        expect(secret(a).equals(b)).toBe(a === b)
      }),
    )
  })

  test('equals exactly the same bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 3, max: 2 })
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(secret(a).equals(b)).toBe(Buffer.from(a).equals(b))
      }),
    )
  })
})
