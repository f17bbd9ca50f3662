import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const TABLES = 60
const RULES = 200
const LONG = 120_000

/** In the package, so that the sources resolve it by its name. */
const cache = join(import.meta.dirname, '../../node_modules/.cache')

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

const tables = [
  `import { bigint, boolean, integer, jsonb, numeric, pgEnum, pgTable, text, timestamp, uuid, varchar } from 'drizzle-orm/pg-core'`,
  ...numbers(TABLES).map(
    (n) => `const state${n} = pgEnum('state${n}', ['open', 's${n}'])
export const t${n} = pgTable('t${n}', {
  id: uuid().primaryKey(), name: text().notNull(), age: integer().notNull(), score: integer(), total: numeric(),
  big: bigint({ mode: 'bigint' }), code: varchar({ length: 9 }), state: state${n}().notNull(), tags: text().array(),
  data: jsonb().$type<{ city: string; zip: string | null }>(), isNew: boolean().notNull().default(true),
  at: timestamp({ withTimezone: true }).notNull(), version: integer().notNull(),
})`,
  ),
].join('\n')

const names = numbers(TABLES)
  .map((n) => `t${n}`)
  .join(', ')

const shared = `import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { ${names} } from './tables.js'
declare const db: NodePgDatabase`

/** Repositories, rules and what they find. */
const ours = [
  `import { where } from '@base/domain/specification'`,
  `import { drizzleRepository } from '@base/drizzle/repository'`,
  shared,
  ...numbers(TABLES).map((n) => `const r${n} = drizzleRepository({ executor: db, table: t${n} })`),
  ...numbers(RULES).map((rule) => {
    const n = rule % TABLES
    const row = `where<typeof t${n}.$inferSelect>()`
    return `export const found${rule} = r${n}.find(${row}.equals('state', 's${n}').and(${row}.greaterThan('age', ${rule}))
  .and(${row}.contains('name', 'a').or(${row}.isNull('score'))), { orderBy: [{ field: 'age' }], limit: 10 })`
  }),
].join('\n')

/** The same by hand. */
const plain = [
  `import { and, asc, eq, gt, isNull, like, or } from 'drizzle-orm'`,
  shared,
  ...numbers(RULES).map((rule) => {
    const t = `t${rule % TABLES}`
    return `export const found${rule} = db.select().from(${t}).where(and(eq(${t}.state, 's${rule % TABLES}'), gt(${t}.age, ${rule}),
  or(like(${t}.name, '%a%'), isNull(${t}.score)))).orderBy(asc(${t}.age), asc(${t}.id)).limit(10)`
  }),
].join('\n')

/** How much the compiler instantiates for one file. */
function instantiations(folder: string, file: string): number {
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
  return Number(/^Instantiations:\s+(\d+)/m.exec(printed)?.[1])
}

describe('200 specifications over 60 tables', () => {
  let folder: string
  beforeAll(() => {
    mkdirSync(cache, { recursive: true })
    folder = mkdtempSync(join(cache, 'type-cost-'))
    writeFileSync(join(folder, 'tables.ts'), tables)
    writeFileSync(join(folder, 'ours.ts'), ours)
    writeFileSync(join(folder, 'plain.ts'), plain)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('cost the compiler no more than plain drizzle and 30 %: counts, the same on every machine', {
    timeout: LONG,
  }, () => {
    const byHand = instantiations(folder, 'plain')
    expect(byHand).toBeGreaterThan(0)
    expect(instantiations(folder, 'ours') / byHand).toBeLessThan(1.3)
  })
})
