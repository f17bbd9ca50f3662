import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const TYPES = 60
const RULES = 200
const LONG = 60_000

/** In the package, so that the sources resolve it by its name. */
const cache = join(import.meta.dirname, '../../node_modules/.cache')

function types(): string {
  return numbers(TYPES)
    .map(
      (n) => `export interface T${n} {
  readonly id: string; readonly name: string; readonly age: number; readonly score: number | null
  readonly joined: Date; readonly roles: readonly string[]; readonly status: 'open' | 's${n}'
  readonly address: { readonly city: string; readonly zip: string | null; readonly geo: { readonly lat: number } }
  readonly owner?: { readonly id: string; readonly email: string }
}`,
    )
    .join('\n')
}

const imports = `import type { ${numbers(TYPES)
  .map((n) => `T${n}`)
  .join(', ')} } from './types.js'`

function specifications(): string {
  const rules = numbers(RULES).map((rule) => {
    const row = `where<T${rule % TYPES}>()`
    return `export const rule${rule} = ${row}.equals('status', 's${rule % TYPES}').and(${row}.greaterThan('age', ${rule}))
  .and(${row}.contains('address.city', 'a').or(${row}.isNull('owner.email')))`
  })
  return [`import { where } from '@base/domain/specification'`, imports, ...rules].join('\n')
}

function predicates(): string {
  const rules = numbers(RULES).map(
    (rule) => `export const rule${rule} = (row: T${rule % TYPES}): boolean =>
  row.status === 's${rule % TYPES}' && row.age > ${rule} && (row.address.city.includes('a') || row.owner?.email == null)`,
  )
  return [imports, ...rules].join('\n')
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index)
}

/** What the compiler counts for one file: its diagnostics by name. */
function cost(folder: string, file: string): (name: string) => number {
  const compilerOptions = {
    target: 'es2022',
    module: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  }
  const project = join(folder, `${file}.json`)
  writeFileSync(project, JSON.stringify({ compilerOptions, files: [`${file}.ts`] }))
  const printed = execFileSync('tsc', ['-p', project, '--extendedDiagnostics'], { encoding: 'utf8' })
  return (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(printed)?.[1])
}

describe('200 specifications over 60 types', () => {
  let folder: string
  beforeAll(() => {
    mkdirSync(cache, { recursive: true })
    folder = mkdtempSync(join(cache, 'type-cost-'))
    writeFileSync(join(folder, 'types.ts'), types())
    writeFileSync(join(folder, 'specifications.ts'), specifications())
    writeFileSync(join(folder, 'predicates.ts'), predicates())
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('cost the compiler little: counts, which are the same on every machine', { timeout: LONG }, () => {
    const ours = cost(folder, 'specifications')
    const byHand = cost(folder, 'predicates')

    expect(ours('Symbols') / byHand('Symbols')).toBeLessThan(1.5)
    // Predicates instantiate nothing, so there is no ratio: below 400 for each specification of four conditions.
    expect(ours('Instantiations')).toBeGreaterThan(0)
    expect(ours('Instantiations')).toBeLessThan(400 * RULES)
  })
})
