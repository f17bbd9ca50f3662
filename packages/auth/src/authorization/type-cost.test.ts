import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const TYPES = 60
const POLICIES = 200

/** In the package, so that the sources resolve it by its name. */
const cache = join(import.meta.dirname, '../../node_modules/.cache')

let folder: string
beforeAll(() => {
  mkdirSync(cache, { recursive: true })
  folder = mkdtempSync(join(cache, 'type-cost-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function definition(): string {
  const rows = numbers(TYPES).map(
    (n) => `interface T${n} {
  readonly id: string; readonly name: string; readonly age: number; readonly score: number | null
  readonly joined: Date; readonly roles: readonly string[]; readonly status: 'open' | 's${n}'
  readonly address: { readonly city: string; readonly zip: string | null; readonly geo: { readonly lat: number } }
  readonly owner?: { readonly id: string; readonly email: string }
}`,
  )
  const policies = numbers(POLICIES).map(
    (n) => `{ id: '${n}', effect: 'deny', actions: ['t${n % TYPES}:read'], where: ({ principal }) => ({
  op: 'and', of: [
    { op: 'equals', field: 'status', value: 's${n % TYPES}' }, { op: 'greaterThan', field: 'age', value: ${n} },
    { op: 'or', of: [{ op: 'contains', field: 'address.city', value: principal.id }, { op: 'isNull', field: 'owner.email' }] },
  ] }) },`,
  )
  const resources = numbers(TYPES).map((n) => `t${n}: T${n}`)
  return `import { defineAuthorization } from '../../../src/authorization/index.js'
${rows.join('\n')}
interface Schema { principal: { id: string }; resources: { ${resources.join('; ')} } }
export const rules = defineAuthorization<Schema>()({ roles: [], policies: [${policies.join('\n')}] })`
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index)
}

/** The counts are the same on every machine. */
test('200 conditions over 60 types cost the compiler little', () => {
  const compilerOptions = {
    target: 'es2022',
    module: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  }
  writeFileSync(join(folder, 'rules.ts'), definition())
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...compilerOptions, types: ['node'] }, files: ['rules.ts'] }),
  )
  const printed = execFileSync('tsc', ['-p', folder, '--extendedDiagnostics'], { encoding: 'utf8' })
  const instantiations = Number(/^Instantiations:\s+(\d+)/m.exec(printed)?.[1])
  expect(instantiations).toBeGreaterThan(0)
  // 4,000 for each; worked out anew for every policy, the type of a condition would take 60,000.
  expect(instantiations).toBeLessThan(6_000 * POLICIES)
})
