import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shownText } from './shown-text.js'

describe('the text of a statement that is shown', () => {
  test.each([
    ['select "a", b1 from t where c = $1 limit $12', 'select "a", b1 from t where c = $1 limit $12'],
    ["select 'it''s', 'b' from t where n = 42 or n > 1.5e3", 'select ?, ? from t where n = ? or n > ?'],
    [String.raw`select e'it\'s secret', E'b' from t`, 'select ?, ? from t'],
    ['do $$ begin secret; end $$', 'do ?'],
    ['select $a$ secret $$ secret $a$, 1', 'select ?, ?'],
    [`select 'secret -- no comment', "it's", 'b'`, `select ?, "it's", ?`],
    [`-- don't\nselect /* it's */ 'secret'`, 'select  ?'],
    [`select 1 /* a /* b ' */ c ' */ 'secret'`, 'select ?'],
    [`/* a */ select /**/ 'secret' /* b */`, 'select  ?'],
    ["select 'secret without an end", 'select ?'],
    ["select n'secret', x'1f', é1 from t2", 'select n?, x?, é1 from t2'],
  ])('of %s is %s', (sql, shown) => {
    expect(shownText(sql)).toBe(shown)
  })

  test('is the same each time it is asked for, also where many others come in between', () => {
    const texts = Array.from({ length: 1_200 }, (_, number) => `select ${number}, a${number} from t`)
    for (const _ of [1, 2]) {
      for (const [number, sql] of texts.entries()) expect(shownText(sql)).toBe(`select ?, a${number} from t`)
    }
  })

  test('is cut where it is very long', () => {
    expect(shownText(`select ${'a, '.repeat(10_000)}a`)).toHaveLength(2_049)
  })

  test('never holds a value that was written into it', () => {
    const secret = fc.string({ unit: fc.constantFrom(...`Q'"\\$/*-\n; `) }).map((text) => `QQ${text}QQ`)
    const literal = secret.chain((text) =>
      fc.constantFrom(
        `'${text.replaceAll("'", "''")}'`,
        `E'${text.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`)}'`,
        `$tag$${text}$tag$`,
      ),
    )
    const noise = fc.constantFrom('"it\'s"', "-- don't\n", "/* isn't */", '$1', ' a ', ', ', '""', "''")
    fc.assert(
      fc.property(fc.array(fc.oneof(literal, noise)), (parts) => {
        expect(shownText(`select ${parts.join(' ')}`)).not.toContain('QQ')
      }),
      { numRuns: 2_000 },
    )
  })

  test('is found in time that grows with its length', () => {
    const hostile = ['/*', "'", '"', '$a$', '$$', "e'\\", '--'].map((start) => start.repeat(50_000))
    for (const sql of hostile) expect(shownText(sql).length).toBeLessThanOrEqual(2_049)
  })
})
