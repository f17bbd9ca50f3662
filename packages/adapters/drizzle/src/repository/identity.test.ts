import { InvalidOptionError } from '@base/core/errors'
import { always } from '@base/domain/specification'
import { sql } from 'drizzle-orm'
import {
  alias,
  integer,
  type PgTable,
  pgTable,
  primaryKey,
  serial,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/pglite'
import { beforeAll, describe, expect, test } from 'vitest'
import { describeDatabases } from '../test-databases.js'
import { drizzleRepository } from './drizzle-repository.js'

const executor = drizzle.mock()
const shape = { tenant: text(), number: integer(), note: text() }
const byNumber = (table: PgTable) => drizzleRepository({ executor, table, id: 'number' as never })

describe('an id', () => {
  test.each([
    ['a primary key', pgTable('t', { ...shape, number: integer().primaryKey() })],
    ['a serial primary key', pgTable('t', { ...shape, number: serial().primaryKey() })],
    ['a unique column', pgTable('t', { ...shape, tenant: text().primaryKey(), number: integer().unique() })],
    [
      'a unique column under another name',
      pgTable('t', { ...shape, number: integer('no').unique() }, (t) => [
        primaryKey({ columns: [t.tenant, t.number] }),
      ]),
    ],
    ['a primary key of one column', pgTable('t', shape, (t) => [primaryKey({ columns: [t.number] })])],
    ['a unique constraint', pgTable('t', shape, (t) => [unique().on(t.number).nullsNotDistinct()])],
    [
      'a unique index beside a composite key',
      pgTable('t', shape, (t) => [primaryKey({ columns: [t.tenant, t.number] }), uniqueIndex().on(t.number)]),
    ],
    ['a column of a table that declares no key at all', pgTable('t', shape)],
    [
      'a column where a part of the rows is unique',
      pgTable('t', shape, (t) => [uniqueIndex().on(t.note).where(sql`true`)]),
    ],
    [
      'a column of no key of the table, which may have one in its migrations',
      pgTable('t', { ...shape, tenant: text().primaryKey(), note: text().unique() }),
    ],
    [
      'one that is counted by the database',
      pgTable('t', { ...shape, tenant: text().primaryKey(), number: integer().generatedAlwaysAsIdentity() }),
    ],
    ['a column of an alias', alias(pgTable('t', { ...shape, number: integer().primaryKey() }), 'other')],
  ])('may be %s', (_, table) => {
    expect(() => byNumber(table)).not.toThrow()
  })

  test.each([
    ['a part of a primary key', pgTable('t', shape, (t) => [primaryKey({ columns: [t.tenant, t.number] })])],
    ['a part of a unique constraint', pgTable('t', shape, (t) => [unique().on(t.tenant, t.number)])],
    ['a part of a unique index', pgTable('t', shape, (t) => [uniqueIndex().on(t.tenant, t.number)])],
    [
      'one of two that are primary keys',
      pgTable('t', { ...shape, tenant: text().primaryKey(), number: integer().primaryKey() }),
    ],
  ])('is refused where it is %s', (_, table) => {
    expect(() => byNumber(table)).toThrow(InvalidOptionError)
  })

  test('that is not unique is refused in words that say what it must be', () => {
    const bills = pgTable('t', shape, (t) => [primaryKey({ columns: [t.tenant, t.number] })])
    expect(() => byNumber(bills)).toThrow(
      '@base/drizzle drizzleRepository: id must be a property that is unique by itself, and not only together with others, received "number".',
    )
    expect(() => byNumber(alias(bills, 'other'))).toThrow(InvalidOptionError)
  })
})

describeDatabases((database) => {
  interface Person {
    readonly id: number
    readonly name: string
    readonly version: number
  }
  const people = pgTable('people', {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    name: text().notNull(),
    version: integer().notNull(),
  })
  const toDomain = (row: typeof people.$inferSelect): Person => row

  beforeAll(() =>
    database.run(
      'create table people (id integer primary key generated always as identity, name text not null, version integer not null)',
    ),
  )

  test('one that the database makes is that of what is saved', async () => {
    const repository = drizzleRepository({ executor: database.db, table: people })
    const ada = await repository.save({ id: 0, name: 'Ada', version: 0 })
    expect(ada.id).toBeGreaterThan(0)
    expect(await repository.save({ ...ada, name: 'Ada L.' })).toEqual({ ...ada, name: 'Ada L.', version: 2 })
  })

  test('one that a mapper leaves out is refused where a saved one is meant, before anything is sent', async () => {
    const repository = drizzleRepository({
      executor: database.db,
      table: people,
      mapper: { toDomain, toRow: ({ name, version }: Person) => ({ name, version }) },
    })
    const cy = await repository.save({ id: 0, name: 'Cy', version: 0 })
    const count = await repository.count(always())
    const save = repository.save({ ...cy, name: 'Cyd' })
    await expect(save).rejects.toThrow(
      "@base/drizzle Repository: mapper.toRow must be a function that gives the 'id' of what was saved before, received undefined.",
    )
    await expect(save).rejects.toBeInstanceOf(InvalidOptionError)
    await expect(repository.saveMany([{ ...cy, version: 0 }, cy])).rejects.toBeInstanceOf(InvalidOptionError)
    expect(await repository.count(always())).toBe(count)
  })

  test('one that an entity lacks is refused where a saved one is meant', async () => {
    const repository = drizzleRepository({ executor: database.db, table: people })
    await expect(repository.save({ name: 'Di', version: 1 } as Person)).rejects.toThrow(
      "entity must be one with the 'id' that it was saved with",
    )
  })
})
