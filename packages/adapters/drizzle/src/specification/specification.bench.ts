import { where } from '@base/domain/specification'
import { compileSpecification } from '@base/drizzle/specification'
import { bench } from '@base-internal/tools/bench'
import { and, eq, gt, gte, inArray, isNotNull, isNull, like, lt, ne, or, type SQL } from 'drizzle-orm'
import { doublePrecision, integer, jsonb, PgDialect, pgTable, text, timestamp } from 'drizzle-orm/pg-core'

const accounts = pgTable('accounts', {
  id: integer().primaryKey(),
  name: text().notNull(),
  status: text().notNull(),
  age: integer().notNull(),
  score: doublePrecision(),
  city: text(),
  joined: timestamp({ withTimezone: true, precision: 3 }),
  closedAt: timestamp({ withTimezone: true, precision: 3 }),
  data: jsonb(),
})

interface Account {
  readonly id: number
  readonly name: string
  readonly status: string
  readonly age: number
  readonly score: number | null
  readonly city: string | null
  readonly joined: Date | null
  readonly closedAt: Date | null
}

const since = new Date(1_600_000_000_000)
const isAccount = where<Account>()

const oneLeaf = isAccount.equals('status', 'active')
const tenLeaves = isAccount
  .equals('status', 'active')
  .and(isAccount.greaterThanOrEqual('age', 18))
  .and(isAccount.lessThan('score', 1_000))
  .and(isAccount.notEquals('name', 'root'))
  .and(isAccount.isIn('city', ['Lisbon', 'Porto']))
  .and(isAccount.isNull('closedAt'))
  .and(isAccount.greaterThan('joined', since))
  .and(isAccount.isNotNull('id'))
  .and(isAccount.startsWith('name', 'Ana'))
  .and(isAccount.lessThanOrEqual('age', 99).not())

const byHand = (): SQL | undefined =>
  and(
    eq(accounts.status, 'active'),
    gte(accounts.age, 18),
    lt(accounts.score, 1_000),
    or(ne(accounts.name, 'root'), isNull(accounts.name)),
    inArray(accounts.city, ['Lisbon', 'Porto']),
    isNull(accounts.closedAt),
    gt(accounts.joined, since),
    isNotNull(accounts.id),
    like(accounts.name, 'Ana%'),
    or(gt(accounts.age, 99), isNull(accounts.age)),
  )

const dialect = new PgDialect()
/** Both are conditions with as many questions; their texts differ. */
const read = (condition: SQL | undefined) =>
  condition === undefined ? 0 : dialect.sqlToQuery(condition).sql.match(/"accounts"/g)?.length
const queryOf = (condition: SQL | undefined) =>
  condition === undefined ? undefined : dialect.sqlToQuery(condition)
const readText = (query: ReturnType<typeof queryOf>) => query?.sql.match(/"accounts"/g)?.length

await bench({
  name: 'compileSpecification',
  ours: '@base/drizzle',
  workloads: {
    'a condition': {
      contestants: {
        '@base/drizzle': { run: () => compileSpecification(oneLeaf, accounts), read },
        'operators of drizzle': { run: () => eq(accounts.status, 'active'), read },
      },
    },
    'ten conditions': {
      contestants: {
        '@base/drizzle': { run: () => compileSpecification(tenLeaves, accounts), read },
        'operators of drizzle': { run: byHand, read },
      },
    },
    'ten conditions, down to the text': {
      contestants: {
        '@base/drizzle': { run: () => queryOf(compileSpecification(tenLeaves, accounts)), read: readText },
        'operators of drizzle': { run: () => queryOf(byHand()), read: readText },
      },
    },
  },
})
