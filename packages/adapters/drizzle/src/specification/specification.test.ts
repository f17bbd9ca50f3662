import { InvalidOptionError, UnsupportedError, ValidationError } from '@base/core/errors'
import { allOf, anyOf, decimal, Specification, specificationOf, where } from '@base/domain/specification'
import { and, eq, not, sql } from 'drizzle-orm'
import {
  alias,
  char,
  customType,
  inet,
  integer,
  json,
  jsonb,
  numeric,
  PgDialect,
  pgTable,
  pgView,
  real,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { describePglite } from '../test-databases.js'
import { compileSpecification } from './compile-specification.js'
import type { FieldSource } from './fields.js'

const users = pgTable('users', {
  id: integer().primaryKey(),
  name: text(),
  age: integer(),
  amount: numeric(),
  rate: real(),
  key: uuid(),
  at: timestamp({ withTimezone: true }),
  data: jsonb(),
  old: json(),
  code: char({ length: 3 }),
  host: inet(),
})

interface User {
  readonly id: number
  readonly name: string | null
  readonly age: number | null
  readonly amount: string | null
  readonly rate: number | null
  readonly key: string | null
  readonly at: Date | null
  readonly data: { readonly city?: string; readonly tags?: readonly string[] } | null
  readonly old: { readonly city?: string } | null
  readonly code: string | null
  readonly host: string | null
}

const isUser = where<User>()
const dialect = new PgDialect()

const compiled = <T>(specification: Specification<T>, source: FieldSource = users) =>
  dialect.sqlToQuery(compileSpecification(specification, source))
const written = <T>(specification: Specification<T>, source?: FieldSource) =>
  compiled(specification, source).sql.replaceAll('"users".', '')

describe('compileSpecification', () => {
  test('binds every value', () => {
    const injection = `'); drop table users; --`
    const { sql: statement, params } = compiled(
      allOf(
        isUser.equals('name', injection),
        isUser.isIn('name', [injection]),
        isUser.contains('name', injection),
      ),
    )
    expect(statement).not.toContain('drop')
    expect(params).toEqual([injection, `{"${injection}"}`, `%${injection}%`])
  })

  test.each([
    ['equals', isUser.equals('age', 7), '"age" = $1'],
    ['its opposite', isUser.equals('age', 7).not(), '("age" <> $1 or "age" is null)'],
    ['notEquals', isUser.notEquals('age', 7), '("age" <> $1 or "age" is null)'],
    ['the opposite of notEquals', isUser.notEquals('age', 7).not(), '"age" = $1'],
    ['null', isUser.equals('age', null), '"age" is null'],
    ['not null', isUser.notEquals('age', null), '"age" is not null'],
    ['a range', isUser.between('age', 1, 2), '("age" >= $1 and "age" <= $2)'],
    ['its opposite', isUser.between('age', 1, 2).not(), '("age" < $1 or "age" > $2 or "age" is null)'],
    ['a list', isUser.isIn('age', [1, 2]), '"age" = any($1)'],
    ['a list with null', isUser.isIn('age', [1, null]), '("age" = any($1) or "age" is null)'],
    [
      'its opposite',
      isUser.isNotIn('age', [1, null]),
      '(("age" <> all($1) or "age" is null) and "age" is not null)',
    ],
    ['an empty list', isUser.isIn('age', []), 'false'],
    ['its opposite', isUser.isNotIn('age', []), 'true'],
    ['an order of text', isUser.lessThan('name', 'a'), '"name" collate "C" < $1'],
    ['a part', isUser.contains('name', 'a').not(), '("name" not like $1 or "name" is null)'],
    ['in any case', isUser.contains('name', 'A', { ignoreCase: true }), 'lower("name" collate "C") like $1'],
    ['an operand beyond the type', isUser.lessThan('age', 1e12), '"age" is not null'],
    ['another such', isUser.greaterThan('age', 1e12), 'false'],
    ['an empty and', allOf(), 'true'],
    ['an empty or', anyOf(), 'false'],
    ['a not of both', allOf(anyOf(), isUser.isNull('age')).not(), '(true or "age" is not null)'],
    ['a path', isUser.isNull('data.city'), `("data" ->> 'city') is null`],
  ])('writes %s', (_, specification, expected) => {
    expect(written(specification as Specification<User>)).toBe(expected)
  })

  test("de Morgan's laws bring a negation down to the columns, where indexes are", () => {
    const both = isUser.greaterThan('age', 7).and(isUser.equals('id', 3)).not()
    expect(written(both)).toBe('(("age" <= $1 or "age" is null) or ("id" <> $2 or "id" is null))')
  })

  test('keeps its parentheses within conditions of drizzle (#4878, #6010)', () => {
    const either = compileSpecification(isUser.equals('age', 1).or(isUser.equals('age', 2)), users)
    const { sql: statement } = dialect.sqlToQuery(and(either, not(either), sql`${eq(users.id, 1)}`) ?? sql``)
    const or = (first: number) => `("users"."age" = $${first} or "users"."age" = $${first + 1})`
    expect(statement).toBe(`(${or(1)} and not ${or(3)} and "users"."id" = $5)`)
  })

  test('escapes what LIKE reads as patterns (#444)', () => {
    expect(compiled(isUser.startsWith('name', '50%_\\')).params).toEqual(['50\\%\\_\\\\%'])
  })

  test('names of JSON that are no plain words are escaped', () => {
    const rule = specificationOf<{ data: unknown }>({ op: 'isNull', field: `data.o'x\\` })
    expect(written(rule as never)).toBe(`("data" ->> E'o''x\\\\') is null`)
  })

  test('names that no document holds are those of nothing', () => {
    const names = ['\0', 'a\0b', '\ud800', 'a\udc00'].map((name) => `data.${name}.x`)
    for (const field of names) {
      const rule = specificationOf<{ data: unknown }>({ op: 'isNull', field })
      expect(written(rule as never)).toBe(`("data" -> null::text ->> 'x') is null`)
    }
  })

  test('finds fields in an alias, a view, a subquery, a join and columns by name', () => {
    const boss = alias(users, 'boss')
    const rule = where<{ boss: User; 'own.age': number; me: { age: number } }>()
    const joined = allOf(rule.equals('boss.age', 1), rule.equals('me.age', 3)).and(
      specificationOf({ op: 'equals', field: 'own.age', value: 2 }),
    )
    expect(compiled(joined, { boss, 'own.age': users.age, me: { age: users.age } }).sql).toBe(
      '("boss"."age" = $1 and "users"."age" = $2 and "users"."age" = $3)',
    )
    const bare = Object.assign(Object.create(null), {
      own: Object.assign(Object.create(null), { age: users.age }),
    })
    expect(compiled(specificationOf({ op: 'equals', field: 'own.age', value: 2 }), bare).sql).toBe(
      '"users"."age" = $1',
    )
    const view = pgView('adults').as((query) => query.select().from(users))
    expect(compiled(isUser.equals('age', 1), view).sql).toBe('"adults"."age" = $1')
  })

  test('takes a rule with a name', () => {
    class Adults extends Specification<User> {
      readonly expression = isUser.greaterThanOrEqual('age', 18).expression
    }
    expect(written(new Adults())).toBe('"age" >= $1')
  })

  test.each(['nowhere', 'getSQL', '_', 'constructor', 'name.length', 'data', 'id.x'])(
    'knows whether %s is a field',
    (field) => {
      const compile = () => compiled(specificationOf<never>({ op: 'isNull', field }))
      if (field === 'data') expect(compile).not.toThrow()
      else if (field === 'constructor') expect(compile).toThrow(ValidationError)
      else
        expect(compile).toThrow(
          new ValidationError({ issues: [{ path: field, message: 'there is no such column' }] }),
        )
    },
  )

  test('refuses a function of the row, naming it', () => {
    const rule = isUser.equals('age', 1).and(isUser.satisfies(() => true, 'is nice'))
    expect(() => compiled(rule)).toThrow(UnsupportedError)
    expect(() => compiled(rule)).toThrow("'is nice'")
  })

  test('refuses types of which only the database knows what is equal, except to ask for null', () => {
    expect(written(isUser.isNull('code'))).toBe('"code" is null')
    expect(() => compiled(isUser.equals('code', 'a'))).toThrow(UnsupportedError)
    expect(() => compiled(isUser.equals('host', '::1'))).toThrow("'host' is of type inet")
  })

  test("binds what the codec of a user's type makes of the operand, and knows no order of it", () => {
    const prefixed = customType<{ data: string; driverData: number }>({
      dataType: () => 'integer',
      toDriver: (value) => Number(value.slice(2)),
      fromDriver: (value) => `u_${value}`,
    })
    const accounts = pgTable('accounts', { id: prefixed().primaryKey() })
    const isAccount = where<typeof accounts.$inferSelect>()
    expect(compiled(isAccount.isIn('id', ['u_7', 'u_8']).not(), accounts)).toMatchObject({
      sql: '("accounts"."id" <> all($1) or "accounts"."id" is null)',
      params: ['{7,8}'],
    })
    expect(compiled(isAccount.equals('id', 'u_7'), accounts)).toMatchObject({ params: [7] })
    expect(() => compiled(isAccount.greaterThan('id', 'u_7'), accounts)).toThrow(UnsupportedError)
  })

  test.each([undefined, null, 7, {}])('refuses %s as a specification', (received) => {
    expect(() => compiled(received as never)).toThrow(InvalidOptionError)
  })

  test('refuses what is no table', () => {
    expect(() => compileSpecification(isUser.equals('age', 1), undefined as never)).toThrow(
      InvalidOptionError,
    )
  })
})

describePglite((database) => {
  beforeAll(() =>
    database.run(`create table users (id integer primary key, name text, age integer, amount numeric, rate real, key uuid,
      at timestamptz, data jsonb, old json, code char(3), host inet);
      insert into users (id, amount, rate, at, data, old) values
        (1, '1.00', 0.1, '2026-01-31 10:00:00.123456Z', '{"city": "Lisbon", "tags": ["a"]}', '{"city": "Lisbon"}')`),
  )
  const finds = async (specification: Specification<User>): Promise<boolean> => {
    const found = await database.db.select().from(users).where(compileSpecification(specification, users))
    return found.length > 0
  }

  test('a row is found by the Date that was read from it, though the column is finer', async () => {
    const [row] = await database.db.select().from(users)
    const at = row?.at as Date
    expect(await finds(isUser.equals('at', at))).toBe(true)
    expect(await finds(isUser.isIn('at', [at]))).toBe(true)
    expect(await finds(isUser.greaterThan('at', at))).toBe(false)
    expect(await finds(isUser.lessThanOrEqual('at', at))).toBe(true)
    expect(await finds(isUser.lessThan('at', new Date(at.getTime() + 1)))).toBe(true)
  })

  test('a numeric that is read as text compares as the number it spells', async () => {
    expect(await finds(isUser.equals('amount', '1.0'))).toBe(true)
    expect(await finds(isUser.lessThan('amount', '10'))).toBe(true)
    expect(await finds(isUser.equals('amount', decimal('1')))).toBe(true)
    expect(await finds(isUser.equals('amount', 'one'))).toBe(false)
  })

  test('a real is equal to the number that was stored, and not greater', async () => {
    expect(await finds(isUser.equals('rate', 0.1))).toBe(true)
    expect(await finds(isUser.greaterThan('rate', 0.1))).toBe(false)
  })

  test('documents are looked into, in json as in jsonb', async () => {
    expect(await finds(isUser.equals('data.city', 'Lisbon').and(isUser.equals('old.city', 'Lisbon')))).toBe(
      true,
    )
    expect(await finds(isUser.hasElement('data.tags', 'a'))).toBe(true)
    expect(await finds(isUser.hasElement('data.tags', 'b'))).toBe(false)
  })

  test('a decimal may have more zeros than numeric counts, and need not be written out', async () => {
    const wide = where<{ id: number; amount: string; rate: number; data: unknown; name: string }>()
    for (const zero of [
      '0e-20000',
      '0e999999999',
      `0.${'0'.repeat(20_000)}`,
      `-${'0'.repeat(20_000)}e-20000`,
    ])
      for (const field of ['id', 'amount', 'rate'] as const)
        expect([zero.slice(0, 12), await finds(wide.greaterThan(field, decimal(zero)) as never)]).toEqual([
          zero.slice(0, 12),
          true,
        ])
    const one = decimal(`1.${'0'.repeat(20_000)}`)
    expect(await finds(wide.equals('amount', one) as never)).toBe(true)
    expect(await finds(wide.isIn('id', [one, decimal(`1${'0'.repeat(17_000)}e-17000`)]) as never)).toBe(true)
    expect(await finds(isUser.equals('amount', `1.${'0'.repeat(20_000)}`))).toBe(true)
    expect(await finds(specificationOf({ op: 'lessThan', field: 'data.n', value: one }))).toBe(false)
    expect(await finds(specificationOf({ op: 'equals', field: 'name', value: one }))).toBe(false)
  })

  test("a list of a user's type is one parameter, however long it is", async () => {
    const named = customType<{ data: string; driverData: number }>({
      dataType: () => 'integer',
      toDriver: (value) => Number(value.slice(2)),
      fromDriver: (value) => `u_${value}`,
    })
    const table = pgTable('users', { id: named().primaryKey() })
    const isIt = where<{ id: string }>()
    const many = Array.from({ length: 70_000 }, (_, n) => `u_${n}`)
    const found = (specification: Specification<{ id: string }>) =>
      database.db.select().from(table).where(compileSpecification(specification, table))
    expect(await found(isIt.isIn('id', many))).toEqual([{ id: 'u_1' }])
    expect(await found(isIt.isIn('id', many).not())).toEqual([])
  })

  test("what a user's type cannot be asked for is told by its kind", () => {
    const cents = customType<{ data: bigint }>({ dataType: () => 'bigint' })
    const table = pgTable('sums', { sum: cents() })
    expect(() => compileSpecification(where<{ sum: bigint }>().greaterThan('sum', 1n), table)).toThrow(
      "'sum' is a customType (bigint), which can be compared for equality alone.",
    )
  })

  test('what no column can hold is no error', async () => {
    expect(await finds(isUser.equals('key', 'no uuid'))).toBe(false)
    expect(await finds(isUser.equals('id', 1e300))).toBe(false)
    expect(await finds(isUser.greaterThan('at', new Date(-8.64e15)))).toBe(true)
  })
})
