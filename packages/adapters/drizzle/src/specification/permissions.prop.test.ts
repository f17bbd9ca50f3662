import { defineAuthorization } from '@base/auth/authorization'
import { specificationOf, where } from '@base/domain/specification'
import { runs } from '@base-internal/tools/soak'
import { sql } from 'drizzle-orm'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { describePglite } from '../test-databases.js'
import { compileSpecification } from './index.js'

const docs = pgTable('docs', {
  id: integer().primaryKey(),
  owner: text(),
  status: text(),
  size: integer(),
})

type Doc = typeof docs.$inferSelect

const ROLES = ['a', 'b', 'c']
const OWNERS = ['ana', 'bob']
const STATES = ['open', 'sent']
const rows: readonly Doc[] = [...OWNERS, null].flatMap((owner, o) =>
  [...STATES, null].flatMap((status, s) =>
    [0, 2, null].map((size, n) => ({ id: o * 9 + s * 3 + n, owner, status, size })),
  ),
)

const condition = where<Doc>()
const anyCondition = fc.oneof(
  fc.constant((id: string) => condition.equals('owner', id)),
  fc.constant((id: string) => condition.notEquals('owner', id)),
  fc.constantFrom(...STATES, null).map((state) => () => condition.equals('status', state)),
  fc.subarray([...STATES, null]).map((states) => () => condition.isNotIn('status', states)),
  fc
    .integer({ min: -1, max: 3 })
    .map((size) => () => condition.lessThan('size', size).or(condition.isNull('owner'))),
  fc.integer({ min: -1, max: 3 }).map((size) => () => condition.greaterThan('size', size).not()),
  fc.constant(() => {
    throw new Error('This policy fails.')
  }),
)

const anyPermission = fc.constantFrom('doc:read', 'doc:*', '*', 'other:read')
const anyPolicy = fc.record(
  {
    effect: fc.constantFrom('allow', 'allow', 'deny'),
    roles: fc.subarray(ROLES),
    actions: fc.uniqueArray(anyPermission, { minLength: 1, maxLength: 2 }),
    where: anyCondition.map(
      (make) =>
        ({ principal }: { principal: { id: string } }) =>
          make(principal.id),
    ),
  },
  { requiredKeys: ['effect', 'actions'] },
)

/** Rules, and who asks. */
const anyRuleSet = fc.record({
  permissions: fc.tuple(...ROLES.map(() => fc.option(anyPermission, { freq: 1 }))),
  inherits: fc.constantFrom({}, { b: ['a'] }, { b: ['a'], c: ['b'] }),
  policies: fc.array(anyPolicy, { maxLength: 5 }),
  principal: fc.record({ id: fc.constantFrom(...OWNERS), roles: fc.subarray([...ROLES, 'unknown']) }),
})

type RuleSet = typeof anyRuleSet extends fc.Arbitrary<infer T> ? T : never

function authorizationOf({ permissions, inherits, policies }: RuleSet) {
  return defineAuthorization()({
    roles: ROLES,
    inherits,
    permissions: Object.fromEntries(
      ROLES.map((role, index) => [role, permissions[index] ? [permissions[index]] : []]),
    ),
    policies: policies.map((policy, index) => ({ id: `p${index}`, ...policy })),
  } as never)
}

/** As many in one statement as are quick to answer. */
const BATCH = 100

describePglite((database) => {
  beforeAll(async () => {
    await database.run('create table docs (id int primary key, owner text, status text, size int)')
    await database.db.insert(docs).values([...rows])
  })

  test('permissions list in SQL exactly what they allow one by one (CVE-2026-61709)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRuleSet, { minLength: BATCH, maxLength: BATCH }), async (sets) => {
        const asked = sets.map((set) => {
          const authorization = authorizationOf(set)
          const { principal } = set
          const filter = authorization.filter({ principal, action: 'read', type: 'doc' })
          const can = (resource: Doc) => authorization.can({ principal, action: 'doc:read', resource })
          return { condition: compileSpecification(specificationOf<Doc>(filter as never), docs), can }
        })
        const answers = sql.join(
          asked.map(({ condition: listed }) => sql`(${listed}) is true`),
          sql`, `,
        )
        const found = await database.db
          .select({ id: docs.id, listed: sql<boolean[]>`array[${answers}]` })
          .from(docs)

        expect(found).toHaveLength(rows.length)
        for (const { id, listed } of found) {
          const row = rows.find((one) => one.id === id) as Doc
          expect({ row, listed }).toEqual({ row, listed: asked.map(({ can }) => can(row)) })
        }
      }),
      { numRuns: runs({ ci: 10_000 / BATCH, soak: 500 }), endOnFailure: true },
    )
  })
})
