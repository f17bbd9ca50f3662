import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shownStatement } from './shown-statement.js'

const shownText = (sql: string) => shownStatement(sql).text

describe('the text of a statement that is shown', () => {
  test.each([
    ['select "a", b1 from t where c = $1 limit $12', 'select "a", b1 from t where c = $1 limit $12'],
    ["select 'it''s', 'b' from t where n = 42 or n > 1.5e3", 'select ?, ? from t where n = ? or n > ?'],
    [String.raw`select e'it\'s secret', E'b' from t`, 'select ?, ? from t'],
    ['do $$ begin secret; end $$', 'do ?'],
    ['select $a$ secret $$ secret $a$, 1', 'select ?, ?'],
    [`select 'secret -- no comment', "it's", 'b'`, `select ?, "it's", ?`],
    [`-- don't\nselect /* it's */ 'secret'`, 'select  ?'],
    [`select 1 /* a /* b ' */ c ' */ 'secret'`, 'select ?  ?'],
    [`select 1 /* /* /* too deep */ ' */ */ 'secret'`, 'select ?'],
    ["-- it's\rselect 'secret'", 'select ?'],
    [`/* a */ select /**/ 'secret' /* b */`, 'select  ?'],
    ["select 'secret without an end", 'select ?'],
    [String.raw`select e'it\'s secret\\`.slice(0, -1), 'select ?'],
    ["select n'secret', x'1f', é1 from t2", 'select n?, x?, é1 from t2'],
    ['select $é$ secret $é$, $e\u0301$ secret $$ $e\u0301$', 'select ?, ?'],
    [
      String.raw`select a😀e'it\', e\u0301e'\' from "secret'`,
      String.raw`select a😀e?, e\u0301e? from "secret'`,
    ],
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

  test.each([
    ['a text', `'${'a'.repeat(20_000_000)}'`],
    ['a text with escapes', `e'${String.raw`\'`.repeat(10_000_000)}'`],
    ['a text in dollars', `$$${'a'.repeat(20_000_000)}$$`],
  ])('is found also where the statement holds %s of megabytes', (_, literal) => {
    expect(shownText(`insert into t values (${literal})`)).toBe('insert into t values (?…')
  })

  describe('never holds a value that was written into it', () => {
    const secret = fc.string({ unit: fc.constantFrom(...`Q'"\\$/*-\n; `) }).map((text) => `QQ${text}QQ`)
    const literal = secret.chain((text) =>
      fc.constantFrom(
        `'${text.replaceAll("'", "''")}'`,
        `E'${text.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`)}'`,
        `$tag$${text}$tag$`,
      ),
    )
    const noise = fc.constantFrom('"it\'s"', "-- don't\n", "/* isn't */", '$1', ' a ', ', ', '""', "''")
    const parts = fc.array(fc.oneof(literal, noise))

    test('in all its length', () => {
      fc.assert(
        fc.property(parts, (all) => {
          expect(shownText(`select ${all.join(' ')}`)).not.toContain('QQ')
        }),
        { numRuns: 2_000 },
      )
    })

    test('wherever it is cut', () => {
      const before = `/*${' '.repeat(16 * 2_048 - 100)}*/ select `
      fc.assert(
        fc.property(parts, (all) => {
          expect(shownText(`${before}${all.join(' ')}${' '.repeat(100)}`)).not.toContain('Q')
        }),
        { numRuns: 2_000 },
      )
    })
  })

  test('is found in time that grows with its length', () => {
    const hostile = ['/*', "'", '"', '$a$', '$$', "e'\\", '--'].map((start) => start.repeat(50_000))
    for (const sql of hostile) expect(shownText(sql).length).toBeLessThanOrEqual(2_049)
  })
})
