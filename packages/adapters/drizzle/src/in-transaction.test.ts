import { describeWithService, type Line, lineTo } from '@base-internal/tools/services'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable } from 'drizzle-orm/pg-core'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Executor } from './executor.js'
import { migrate } from './migrate/index.js'
import { drizzleRepository } from './repository/index.js'

const items = pgTable('items', { id: integer().primaryKey(), version: integer().notNull() })
const two = [
  { id: 1, version: 0 },
  { id: 2, version: 0 },
]

type Save = (executor: Executor) => Promise<PromiseSettledResult<unknown>[]>

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error,
  )

describeWithService('postgres', (postgres) => {
  let admin: pg.Pool
  let line: Line
  let pool: pg.Pool
  const ids = async () => (await admin.query('select id from items order by id')).rows.map(({ id }) => id)
  const repository = () => drizzleRepository({ executor: drizzle(pool), table: items })
  const inUse = () => [pool.totalCount - pool.idleCount, pool.waitingCount]

  beforeAll(async () => {
    admin = new pg.Pool({ connectionString: postgres.url, max: 2 })
    await admin.query('create table items (id integer primary key, version integer not null)')
  })
  afterAll(() => admin.end())
  beforeEach(async () => {
    await admin.query('delete from items')
    line = await lineTo(postgres.url)
    pool = new pg.Pool({ connectionString: line.url, max: 2 }).on('error', () => {})
  })
  afterEach(async () => {
    await pool.end()
    await line[Symbol.asyncDispose]()
  })

  test('a connection that is killed while many are saved is reported, and ends no process', async () => {
    const uncaught: unknown[] = []
    const note = (error: unknown) => uncaught.push(error)
    process.on('uncaughtException', note)
    const holder = await admin.connect()
    await holder.query('begin; insert into items values (1, 1)')
    const lost = new Promise((resolve) => pool.once('connect', (client) => client.once('end', resolve)))
    const saved = rejection(repository().saveMany(two))
    const blocked = `select pid from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like 'insert into "items"%'`
    let pid: number | undefined
    while (pid === undefined) pid = (await admin.query(blocked)).rows[0]?.pid
    await admin.query('select pg_terminate_backend($1, 5000)', [pid])

    expect(await saved).toMatchObject({ code: 'UNAVAILABLE', kind: 'unavailable' })
    await lost
    process.off('uncaughtException', note)
    expect([uncaught, inUse()]).toEqual([[], [0, 0]])
    await holder.query('rollback')
    holder.release()
    await repository().saveMany(two)
    expect(await ids()).toEqual([1, 2])
  })

  test('a BEGIN that fails keeps no connection, however often', async () => {
    line.cut('begin')
    for (let time = 0; time < 5; time++) {
      expect(await rejection(repository().saveMany(two))).toMatchObject({ kind: 'unavailable' })
      const migrated = migrate(drizzle(pool), [{ name: '001', sql: 'create table more ()' }])
      expect(await rejection(migrated)).toMatchObject({ kind: 'unavailable' })
    }
    expect(inUse()).toEqual([0, 0])
    line.cut(undefined)
    await repository().saveMany(two)
    expect(await ids()).toEqual([1, 2])
  })

  test('a ROLLBACK that fails keeps the first error, and closes the connection', async () => {
    await repository().saveMany(two)
    line.cut('rollback')
    expect(await rejection(repository().saveMany([...two].reverse()))).toMatchObject({ code: 'CONFLICT' })
    expect(pool.totalCount).toBe(0)
  })

  test.each([
    ['in a transaction of drizzle', (fn: Save) => drizzle(pool).transaction(fn)],
    [
      'on one connection',
      async (fn: Save) => {
        const client = await pool.connect()
        return fn(drizzle(client)).finally(() => client.release())
      },
    ],
  ])('several at once %s: what was told as saved is there', async (_, on) => {
    await admin.query('insert into items values (9, 1)')
    const refused = [
      { id: 3, version: 0 },
      { id: 9, version: 7 },
    ]
    const outcomes = await on((executor) => {
      const within = drizzleRepository({ executor, table: items })
      return Promise.allSettled([within.saveMany(two), within.saveMany(refused)])
    })
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(await ids()).toEqual([1, 2, 9])
  })

  test('a transaction that ends as it should gives its connection back', async () => {
    await repository().saveMany(two)
    await rejection(repository().saveMany(two))
    expect([pool.totalCount, ...inUse()]).toEqual([1, 0, 0])
  })
})
