import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { withOptions } from '../site/options.ts'
import { documents } from '../snippets/documents.ts'
import { ROOT } from '../snippets/project.ts'
import { optionsOf, optionsTable } from './options-table.ts'

describe('optionsOf', () => {
  test('gives name, type, default and meaning as the declaration has them', () => {
    const options = optionsOf('@base/resilience/circuit-breaker', 'HalfOpenOptions')
    expect(options.map(({ name }) => name)).toEqual(['permits', 'successes', 'timeout'])
    expect(options[0]).toEqual({
      name: 'permits',
      type: 'number',
      required: false,
      byDefault: '`1`',
      meaning: 'Probes at once, an integer from 1.',
    })
  })

  test('gives inherited options too', () => {
    const names = optionsOf('@base/auth/tokens', 'TokenServiceOptions').map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['issuer', 'keys']))
  })

  test('refuses what is not there', () => {
    expect(() => optionsOf('@base/resilience/circuit-breaker', 'Nothing')).toThrow('exports no Nothing')
    expect(() => optionsOf('@base/resilience/nothing', 'Nothing')).toThrow(
      'There is no @base/resilience/nothing',
    )
  })
})

test('a table has a row for each option, with no bar that would end a cell', () => {
  const rows = optionsTable('@base/resilience/circuit-breaker', 'CircuitBreakerOptions').split('\n')
  expect(rows.every((row) => row.replaceAll('\\|', '').split('|').length === 6)).toBe(true)
  expect(rows.find((row) => row.startsWith('| `failureThreshold`'))).toContain('| `number` | `5` |')
})

describe('the options of', () => {
  const marked = documents().filter((document) => textOf(document).includes('<!-- options:'))

  test.each(marked)('%s are found', (document) => {
    expect(withOptions(textOf(document))).not.toContain('<!-- options:')
  })
})

function textOf(document: string): string {
  return readFileSync(join(ROOT, document), 'utf8')
}
