import { inspect } from 'node:util'
import { AppError, ConflictError, NotFoundError, ValidationError } from '@base/core/errors'
import { sql } from 'drizzle-orm'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { describeDatabases, describePglite } from '../test-databases.js'
import { toFailure, withFailures } from './failures.js'
import { sqlStateOf } from './postgres-error.js'

const SECRET = 'ada@example.com'

const users = pgTable('users', {
  id: integer().primaryKey(),
  email: text().notNull(),
  age: integer(),
  boss: integer(),
})

const TABLES = `create table users (
  id integer primary key, email text not null constraint users_email_key unique,
  age integer constraint users_adult check (age >= 18), boss integer constraint users_boss references users
)`

/** The error that a statement ends with. */
const failure = (statement: () => PromiseLike<unknown>): Promise<unknown> =>
  withFailures(statement).then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error,
  )

const refused = (code: string, fields: object = {}) =>
  Object.assign(new Error(`Key (email)=(${SECRET})`), { code, severity: 'ERROR', ...fields })

describeDatabases((database) => {
  beforeAll(async () => {
    await database.run(TABLES)
    await database.db.insert(users).values({ id: 1, email: SECRET })
  })
  const insert = (row: typeof users.$inferInsert) => failure(() => database.db.insert(users).values(row))

  test('a taken value is a conflict that names the constraint', async () => {
    const error = await insert({ id: 2, email: SECRET })
    expect(error).toBeInstanceOf(ConflictError)
    expect(error).toMatchObject({
      code: 'CONFLICT',
      message: 'Another row has this value already (constraint users_email_key).',
      details: { violation: 'unique', constraint: 'users_email_key', table: 'users' },
    })
  })

  test('a missing row that is referred to is a conflict that names the constraint', async () => {
    expect(await insert({ id: 2, email: 'b', boss: 99 })).toMatchObject({
      kind: 'conflict',
      details: { violation: 'foreign_key', constraint: 'users_boss' },
    })
  })

  test('a check and a null are invalid, and name what they break', async () => {
    const check = await insert({ id: 2, email: 'b', age: 3 })
    expect(check).toBeInstanceOf(ValidationError)
    expect(check).toMatchObject({ kind: 'invalid', details: { constraint: 'users_adult' } })
    expect(await insert({ id: 2, email: null as never })).toMatchObject({
      issues: [{ path: 'email', message: 'must not be null' }],
    })
  })

  test('a value that a column cannot take is invalid, and not quoted', async () => {
    const error = await failure(() => database.db.execute(sql`select ${SECRET}::text::integer`))
    expect(error).toMatchObject({ kind: 'invalid' })
  })

  test('a statement with too many parameters is refused, not unavailable: to run it again is of no use', async () => {
    const ids = Array.from({ length: 70_000 }, (_, id) => sql`${id}::integer`)
    const many = sql`select * from users where id in (${sql.join(ids, sql`, `)})`
    expect(await failure(() => database.db.execute(many))).toMatchObject({ code: 'DATABASE_ERROR' })
    expect(await database.db.$count(users)).toBe(1)
  })

  test('a cancelled statement and a broken transaction are told apart from failures', async () => {
    await failure(() =>
      database.db.transaction(async (tx) => {
        await tx.execute(sql`select 1/0`).then(
          () => undefined,
          () => undefined,
        )
        const error = await failure(() => tx.execute(sql`select 1`))
        expect(error).toMatchObject({ code: 'TRANSACTION_ABORTED' })
        throw error
      }),
    )
  })

  test('no message and no cause shows a value of a row or of a parameter', async () => {
    for (const error of [
      await insert({ id: 2, email: SECRET }),
      await insert({ id: 2, email: SECRET, age: 3 }),
      await insert({ id: 2, email: SECRET, boss: 99 }),
      await failure(() => database.db.execute(sql`select ${SECRET}::text::integer`)),
      await failure(() => database.db.execute(sql`select * from nowhere where email = ${SECRET}`)),
    ]) {
      expect(error).toBeInstanceOf(AppError)
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET)
      expect(sqlStateOf(error)).toMatch(/^\w{5}$/)
    }
  })

  test.each(['tsquery', 'tsvector', 'jsonpath'])('what is no %s is not quoted', async (type) => {
    const error = await failure(() => database.db.execute(sql`select ${`${SECRET}:'(`}::${sql.raw(type)}`))
    expect(error).toMatchObject({ code: 'DATABASE_ERROR', cause: { code: '42601' } })
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET)
  })

  test('what is no SQL is told where it is, also within a function', async () => {
    const block = sql.raw("do $$ begin execute 'selec 1'; end $$")
    for (const statement of [sql`selec 1`, block])
      expect(await failure(() => database.db.execute(statement))).toMatchObject({
        cause: { message: 'syntax error at or near "selec"' },
      })
  })

  test.each([
    ['unique_violation', '23505', 'conflict'],
    ['check_violation', '23514', 'invalid'],
    ['insufficient_privilege', '42501', 'forbidden'],
    ['lock_not_available', '55P03', 'conflict'],
    ['sqlstate', 'PT409', 'internal'],
  ])('what a function of the user raises as %s is not quoted, whatever its code', async (_, code, kind) => {
    const body = `raise exception using errcode = '${code}', message = '${SECRET} is taken'`
    const error = await failure(() => database.db.execute(sql.raw(`do $$ begin ${body}; end $$`)))
    expect(error).toMatchObject({ kind, cause: { code } })
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/ada@|undefined\./)
  })
})

describePglite((database) => {
  test('a value that is not sent, for it is none of its type, is invalid and not quoted', async () => {
    const error = await failure(() => database.db.execute(sql`select ${SECRET}::boolean`))
    expect(error).toMatchObject({ code: 'VALIDATION', issues: [{ path: '' }] })
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET)
  })
})

describe('toFailure', () => {
  test.each([
    ['23505', { code: 'CONFLICT', kind: 'conflict' }],
    ['23P01', { code: 'CONFLICT', kind: 'conflict' }],
    ['23503', { code: 'CONFLICT', kind: 'conflict' }],
    ['23514', { code: 'VALIDATION', kind: 'invalid' }],
    ['23502', { code: 'VALIDATION', kind: 'invalid' }],
    ['22003', { code: 'VALIDATION', kind: 'invalid' }],
    ['40001', { code: 'SERIALIZATION_FAILURE', kind: 'conflict' }],
    ['40P01', { code: 'SERIALIZATION_FAILURE', kind: 'conflict' }],
    ['40000', { code: 'SERIALIZATION_FAILURE', kind: 'conflict' }],
    ['40002', { code: 'CONFLICT', kind: 'conflict' }],
    ['40003', { code: 'UNAVAILABLE', kind: 'unavailable' }],
    ['25P02', { code: 'TRANSACTION_ABORTED', kind: 'conflict' }],
    ['25P03', { code: 'UNAVAILABLE', kind: 'unavailable' }],
    ['25P04', { code: 'TIMEOUT', kind: 'timeout' }],
    ['25006', { code: 'TRANSACTION_READ_ONLY', kind: 'internal' }],
    ['42501', { code: 'FORBIDDEN', kind: 'forbidden' }],
    ['55P03', { code: 'LOCK_NOT_AVAILABLE', kind: 'conflict' }],
    ['57014', { code: 'TIMEOUT', kind: 'timeout' }],
    ['57P01', { code: 'UNAVAILABLE', kind: 'unavailable' }],
    ['53300', { code: 'UNAVAILABLE', kind: 'unavailable' }],
    ['08006', { code: 'UNAVAILABLE', kind: 'unavailable' }],
    ['08P01', { code: 'DATABASE_ERROR', kind: 'internal' }],
    ['42P01', { code: 'DATABASE_ERROR', kind: 'internal' }],
  ])('reads %s, however deep it lies', (code, expected) => {
    const wrapped = new Error('Failed query', { cause: new Error('again', { cause: refused(code) }) })
    expect(toFailure(wrapped)).toMatchObject(expected)
  })

  test('tells a pooler that ends a connection from a statement that has too many parameters', () => {
    const error = refused('08P01', { severity: 'FATAL', message: 'query_wait_timeout' })
    expect(toFailure(error)).toMatchObject({ code: 'UNAVAILABLE', kind: 'unavailable' })
    // In the language of the server.
    expect(toFailure(refused('08P01', { severity: 'ERRO' }))).toMatchObject({ code: 'DATABASE_ERROR' })
  })

  test('says who cancelled a statement', () => {
    const error = refused('57014', { message: 'canceling statement due to user request' })
    expect(toFailure(error)).toMatchObject({ code: 'CANCELLED' })
  })

  test.each([
    Object.assign(new Error('read'), { code: 'ECONNRESET' }),
    Object.assign(new Error('connect ENOENT /run/.s.PGSQL.5432'), { code: 'ENOENT', syscall: 'connect' }),
    new Error('Connection terminated unexpectedly'),
    new Error('timeout exceeded when trying to connect'),
    new Error('Cannot use a pool after calling end on the pool'),
    new Error('PGlite is closed'),
    new Error('PGlite is closing'),
  ])('takes %s for a database that does not answer', (error) => {
    expect(toFailure(new Error('Failed query', { cause: error }))).toMatchObject({ kind: 'unavailable' })
  })

  test('takes a statement that the driver gave up for one that took too long', () => {
    const error = new Error('Failed query', { cause: new Error('Query read timeout') })
    expect(toFailure(error)).toMatchObject({ code: 'TIMEOUT', kind: 'timeout' })
  })

  test('unwraps an error of ours, and leaves that of others alone', () => {
    const ours = new NotFoundError()
    expect(toFailure(new Error('Failed query', { cause: ours }))).toBe(ours)
    const theirs = Object.assign(new Error('theirs'), { code: 'STYLE' })
    expect(toFailure(theirs)).toBe(theirs)
    const ofInput = new Error('Invalid input for order type')
    expect(toFailure(ofInput)).toBe(ofInput)
    expect(toFailure('text')).toBe('text')
  })

  test("keeps drizzle's parameters out where the database never answered", () => {
    const error = Object.assign(new Error(`params: ${SECRET}`), { query: 'select $1', params: [SECRET] })
    const failure = toFailure(Object.assign(error, { cause: new Error('Not sent') }))
    expect(failure).toMatchObject({ code: 'DATABASE_ERROR', cause: { message: 'Not sent' } })
    expect(inspect(failure)).not.toContain(SECRET)
  })

  test.each([
    ['unnamed portal parameter $2', 2],
    ["unnamed portal parameter $12 = '$1 = (...'", 12],
    ["Parameter $3 des unbenannten Portals = '$1'", undefined],
    ['SQL statement "update log set note = $2"\nPL/pgSQL function note() line 3 at SQL statement', undefined],
    [
      'SQL statement "insert into log select $2"\nPL/pgSQL function note() line 3 at SQL statement',
      undefined,
    ],
    ['SQL-Anweisung »select $2«', undefined],
    ["unnamed portal with parameters: $1 = 'b', $2 = 'too long'", undefined],
    ["unnamed portal with parameters: $1 = 'b'", undefined],
    [undefined, undefined],
  ])('knows the parameter of %s', (where, parameter) => {
    const refused = Object.assign(new Error('secret'), { code: '22P02', severity: 'ERROR', where })
    expect((toFailure(refused) as Error).cause).toMatchObject({ code: '22P02' })
    expect(((toFailure(refused) as Error).cause as { parameter?: number }).parameter).toBe(parameter)
  })

  test('follows a circle of causes to no end', () => {
    const error = new Error('a')
    error.cause = error
    expect(toFailure(error)).toBe(error)
  })
})
