import { TestClock } from '@base/core/testing'
import { where } from '@base/domain/specification'
import { drizzleRepository } from '@base/drizzle/repository'
import { PGlite } from '@electric-sql/pglite'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { sql } from 'drizzle-orm'
import { integer, pgTable, varchar } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/pglite'
import { afterAll, expect, test } from 'vitest'
import { expectAllHeard, keepMessages, watch } from './test-watch.js'

keepMessages()

const users = pgTable('users', { id: integer().primaryKey(), email: varchar({ length: 40 }).notNull() })
const client = await PGlite.create()
await client.exec('create table users (id integer primary key, email varchar(40) not null)')
afterAll(() => client.close())

test('a slow statement is an event and a warning, without the values of the statement', async () => {
  const clock = new TestClock()
  const { read, lines, all, traced } = watch(clock)
  // Each look at the clock is 150 ms after the one before.
  let now = clock.now()
  const look = () => (now += 150)
  const slow = { now: look, monotonic: look }
  const repository = drizzleRepository({
    executor: drizzle(client),
    table: users,
    clock: slow as never,
  })
  const { events } = await traced(() =>
    repository.find(where<typeof users.$inferSelect>().equals('email', 'jane@example.com')),
  )
  const metrics = await read()
  const statement = {
    'db.system.name': 'postgresql',
    'db.collection.name': 'users',
    'db.operation.name': 'find',
  }
  expect(metrics.value('base.query.slow.duration', statement)).toBe(0.15)
  expect(metrics.count('base.query.slow.duration', statement)).toBe(1)
  expect(events).toMatchObject([
    ['base.query.slow', { ...statement, 'db.query.text': expect.stringContaining('"email" = $1') }],
  ])
  expect(lines.filter(({ level }) => level === 'warn')).toMatchObject([
    { ...statement, 'base.duration': 0.15 },
  ])
  expect(await all()).not.toContain('jane')
})

test('each statement is a span within the one that is active, a measurement and a line', async () => {
  const { read, lines, all, traced } = watch()
  const repository = drizzleRepository({ executor: drizzle(client), table: users })
  const { spans, request } = await traced(async () => {
    await repository.save({ id: 1, email: 'jane@example.com' })
    await repository.find(where<typeof users.$inferSelect>().equals('email', 'jane@example.com'))
  })
  const insert = {
    'db.system.name': 'postgresql',
    'db.operation.name': 'insert',
    'db.collection.name': 'users',
  }
  const select = { ...insert, 'db.operation.name': 'select' }
  const parentSpanContext = { spanId: request?.spanContext().spanId }
  expect(spans).toMatchObject([
    {
      name: 'insert users',
      kind: SpanKind.CLIENT,
      parentSpanContext,
      status: { code: SpanStatusCode.UNSET },
    },
    {
      name: 'select users',
      kind: SpanKind.CLIENT,
      parentSpanContext,
      status: { code: SpanStatusCode.UNSET },
    },
  ])
  expect(spans[1]?.attributes).toMatchObject({
    ...select,
    'db.query.summary': 'select users',
    'db.query.text': expect.stringContaining('"email" = $1'),
    'db.response.returned_rows': 1,
  })
  const metrics = await read()
  expect(metrics.count('db.client.operation.duration', insert)).toBe(1)
  expect(metrics.count('db.client.operation.duration', select)).toBe(1)
  expect(lines).toMatchObject([
    { level: 'debug', ...insert },
    { level: 'debug', ...select, 'base.duration': expect.any(Number) },
  ])
  expect(await all()).not.toContain('jane')
})

test('one that failed says with what, and shows no value', async () => {
  const db = drizzle(client)
  await drizzleRepository({ executor: db, table: users }).save({ id: 2, email: 'jane.doe@example.com' })
  const { read, lines, all, traced } = watch()
  const { spans } = await traced(async () => {
    await expect(db.insert(users).values({ id: 2, email: 'jane.doe@example.com' })).rejects.toThrow()
    await expect(db.execute(sql`select 'hunter2' from nowhere`)).rejects.toThrow()
  })
  expect(spans).toMatchObject([
    {
      name: 'insert users',
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'error.type': 'CONFLICT', 'db.response.status_code': '23505' },
    },
    {
      name: 'select',
      attributes: {
        'error.type': 'DATABASE_ERROR',
        'db.response.status_code': '42P01',
        'db.query.text': 'select ? from nowhere',
      },
    },
  ])
  expect((await read()).count('db.client.operation.duration', { 'error.type': 'CONFLICT' })).toBe(1)
  expect(lines.at(-1)).toMatchObject({ level: 'debug', 'error.type': 'DATABASE_ERROR' })
  expect(await all()).not.toMatch(/jane|hunter2/)
})

expectAllHeard('base:drizzle:')
