import { TestClock } from '@base/core/testing'
import { where } from '@base/domain/specification'
import { drizzleRepository } from '@base/drizzle/repository'
import { PGlite } from '@electric-sql/pglite'
import { integer, pgTable, varchar } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/pglite'
import { afterAll, expect, test } from 'vitest'
import { expectAllHeard, keepMessages, watch } from './test-watch.js'

keepMessages()

const users = pgTable('users', { id: integer().primaryKey(), email: varchar({ length: 40 }).notNull() })
const client = await PGlite.create()
afterAll(() => client.close())

test('a slow statement is a span that began in the past, without the values of the statement', async () => {
  await client.exec('create table users (id integer primary key, email varchar(40) not null)')
  const clock = new TestClock()
  const { read, lines, all, traced } = watch(clock)
  // Each look at the clock is 150 ms after the one before.
  let now = clock.now()
  const slow = { ...new TestClock(), now: () => (now += 150), schedule: () => () => {} }
  const repository = drizzleRepository({
    executor: drizzle(client),
    table: users,
    clock: slow as never,
  })
  const { spans } = await traced(() =>
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
  expect(spans).toMatchObject([
    {
      name: 'find users',
      kind: 2,
      duration: [0, 150_000_000],
      attributes: { ...statement, 'db.query.text': expect.stringContaining('"email" = $1') },
      parentSpanContext: { traceId: expect.any(String) },
    },
  ])
  expect(lines).toMatchObject([{ level: 'warn', ...statement, 'base.duration': 0.15 }])
  expect(await all()).not.toContain('jane')
})

expectAllHeard('base:drizzle:')
