import { describe, expect, test } from 'vitest'
import { shops } from '../shop/shops.ts'
import { codeLines, countLines } from './lines.ts'
import { SCOPE } from './scope.ts'

describe('lines of code', () => {
  test('are those that hold code, whatever stands beside it', () => {
    const text = [
      "import a from 'a' // why",
      '',
      '/** A comment',
      ' * of three lines. */',
      'const x = 1 /* inside */',
      '   ',
      '// alone',
      'const text = `one',
      '',
      '// three`',
      'const pattern = /\\/\\*/',
      `const path = \`\${x}/*\``,
      "const more = '*/'",
    ].join('\n')

    expect(codeLines(text)).toBe(8)
    expect(codeLines('')).toBe(0)
  })

  test.each(shops)('of $name all belong to something', ({ name, folder }) => {
    const counts = countLines(folder, SCOPE[name] ?? [])
    expect([...counts.values()].reduce((sum, { lines }) => sum + lines, 0)).toBeGreaterThan(1_000)
  })

  test('that belong to nothing are named', () => {
    expect(() => countLines('examples/orders-api', [[/^items\//, 'items']])).toThrow(
      'examples/orders-api/src/access/permit.ts belongs to nothing in tools/load/scope.ts.',
    )
  })
})
