import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { where } from '@base/domain/specification'
import { sql } from 'drizzle-orm'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import type { Pool } from 'pg'
import { afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { drizzleRepository } from '../repository/index.js'
import { describeDatabases, type PgliteTestDatabase } from '../test-databases.js'
import { drizzleUnitOfWork, nodePostgres, pglite } from '../unit-of-work/index.js'
import { tellStatement } from './tell-statement.js'

const CHANNEL = 'base:drizzle:query:end'
const users = pgTable('users', { id: integer().primaryKey(), email: text().notNull().unique() })
const isUser = where<typeof users.$inferSelect>()

interface Told {
  readonly summary: string
  readonly operation: string
  readonly table?: string
  readonly sql: string
  readonly duration: number
  readonly rows?: number
  readonly error?: { readonly code: string }
  readonly state?: string
}

function listen(): Told[] {
  const heard: Told[] = []
  const listener = (message: unknown) => void heard.push(message as Told)
  subscribe(CHANNEL, listener)
  onTestFinished(() => void unsubscribe(CHANNEL, listener))
  return heard
}

const summaries = (heard: readonly Told[]) => heard.map(({ summary }) => summary)

describeDatabases((database) => {
  beforeAll(() => database.run('create table users (id integer primary key, email text not null unique)'))
  afterEach(() => database.run('delete from users'))
  const repository = (executor = database.db) => drizzleRepository({ executor, table: users })
  const units = () => {
    const { $client } = database.db as unknown as { $client: Pool & PgliteTestDatabase['client'] }
    const unitDatabase = database.engine === 'PGlite' ? pglite($client) : nodePostgres($client)
    return drizzleUnitOfWork(unitDatabase, (executor) => ({ executor, users: repository(executor) }))
  }

  describe('a repository', () => {
    test('tells of each statement what it was and how it ended, without its values', async () => {
      const heard = listen()
      const kept = repository()
      await kept.save({ id: 1, email: 'secret@example.com' })
      await kept.find(isUser.equals('email', 'secret@example.com'))
      expect(heard.map(({ operation, table, rows }) => [operation, table, rows])).toEqual([
        ['insert', 'users', 1],
        ['select', 'users', 1],
      ])
      expect(heard[1]).toMatchObject({
        summary: 'select users',
        sql: expect.stringContaining('"email" = $1'),
      })
      for (const { duration, error } of heard) {
        expect(duration).toBeGreaterThanOrEqual(0)
        expect(error).toBeUndefined()
      }
      expect(inspect(heard, { depth: 9 })).not.toContain('secret')
    })

    test('tells of one that failed with an error of ours, and rejects as before', async () => {
      await repository().save({ id: 1, email: 'secret@example.com' })
      const heard = listen()
      await expect(repository().save({ id: 2, email: 'secret@example.com' })).rejects.toMatchObject({
        code: 'CONFLICT',
      })
      expect(heard).toMatchObject([{ operation: 'insert', state: '23505', error: { code: 'CONFLICT' } }])
      expect(inspect(heard, { depth: 9 })).not.toContain('secret')
    })
  })

  describe('the database that it was given', () => {
    test('tells of statements that are not ours, once each, however many repositories it has', async () => {
      for (let times = 0; times < 3; times++) repository()
      const heard = listen()
      await database.db.execute(sql`select 'hunter2' as password, ${7}::int as id`)
      await database.db.select().from(users)
      const prepared = database.db.select().from(users).prepare('all_users')
      await prepared.execute()
      expect(heard.map(({ sql: shown, rows }) => [shown, rows])).toEqual([
        ['select ? as password, $1::int as id', 1],
        ['select "id", "email" from "users"', 0],
        ['select "id", "email" from "users"', 0],
      ])
    })

    test('tells of one that was prepared before anybody listened', async () => {
      repository()
      const prepared = database.db.select().from(users).prepare('early')
      const heard = listen()
      await prepared.execute()
      expect(summaries(heard)).toEqual(['select users'])
    })

    test('tells of its transactions, each boundary once', async () => {
      repository()
      const heard = listen()
      await database.db.transaction(async (tx) => {
        await tx.insert(users).values({ id: 1, email: 'a' })
        await tx.transaction((inner) => inner.select().from(users))
      })
      const failed = database.db.transaction(async (tx) => {
        await tx.select().from(users)
        throw new TypeError('no')
      })
      await expect(failed).rejects.toThrow('no')
      expect(summaries(heard)).toEqual([
        'begin',
        'insert users',
        'savepoint',
        'select users',
        'release',
        'commit',
        'begin',
        'select users',
        'rollback',
      ])
      expect(heard.every(({ error }) => error === undefined)).toBe(true)
    })
  })

  describe('a unit of work', () => {
    test('tells of its boundaries and of all that runs within, each once', async () => {
      const heard = listen()
      await units().run(async ({ users: kept, executor }, unit) => {
        await kept.save({ id: 1, email: 'a' })
        await executor.execute(sql`select 1`)
        expect(unit).toBeDefined()
      })
      expect(summaries(heard)).toEqual(['begin', 'insert users', 'select', 'commit'])
    })

    test('tells of no rows where a statement gives none', async () => {
      const heard = listen()
      await units().run(({ executor }) => executor.transaction((part) => part.select().from(users)))
      expect(summaries(heard)).toEqual(['begin', 'savepoint', 'select users', 'release', 'commit'])
      expect(heard.filter(({ rows = 0 }) => rows > 0)).toEqual([])
    })

    test('tells of the rollback, and of what it failed with', async () => {
      await repository().save({ id: 1, email: 'a' })
      const heard = listen()
      const run = units().run(({ users: kept }) => kept.save({ id: 2, email: 'a' }))
      await expect(run).rejects.toMatchObject({ code: 'CONFLICT' })
      expect(summaries(heard)).toEqual(['begin', 'insert users', 'rollback'])
      expect(heard[1]).toMatchObject({ state: '23505' })
    })
  })

  test('nothing is told, and nothing built, where nobody listens', async () => {
    repository()
    const query = database.db.select().from(users).toSQL()
    const session = database.db._.session
    const plain = session.prepareQuery(query, undefined, undefined, false)
    expect(Object.hasOwn(plain, 'execute')).toBe(false)
    const heard = listen()
    expect(Object.hasOwn(session.prepareQuery(query, undefined, undefined, false), 'execute')).toBe(true)
    expect(heard).toEqual([])
  })
})

describe('a statement', () => {
  const odd = (name: string) =>
    Object.defineProperty(new Error('odd'), name, {
      get: () => {
        throw new Error('no')
      },
    })

  test('that holds a value of megabytes succeeds, and is told of', async () => {
    const heard = listen()
    const text = `insert into users values ('${'a'.repeat(20_000_000)}')`
    expect(await tellStatement({ sql: text }, async () => 7)).toBe(7)
    expect(heard).toMatchObject([{ operation: 'insert', sql: 'insert into users values (?…' }])
  })

  test('that cannot be told of succeeds all the same', async () => {
    listen()
    const result = odd('rows')
    expect(await tellStatement({ sql: 'select 1' }, async () => result)).toBe(result)
  })

  test('that cannot be told of fails with its own error', async () => {
    listen()
    const error = odd('code')
    await expect(tellStatement({ sql: 'select 1' }, () => Promise.reject(error))).rejects.toBe(error)
  })
})
