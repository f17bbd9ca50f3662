import { always, where } from '@base/domain/specification'
import { sql } from 'drizzle-orm'
import { integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import { beforeAll, expect, test } from 'vitest'
import type { Executor } from '../executor.js'
import { describeDatabases } from '../test-databases.js'
import { drizzleRepository } from './drizzle-repository.js'

const guests = pgTable('guests', {
  id: integer().primaryKey(),
  name: text().notNull(),
  born: timestamp({ withTimezone: true }),
  version: integer().notNull(),
})

describeDatabases((database) => {
  beforeAll(() =>
    database.run(
      'create table guests (id integer primary key, name text not null, born timestamptz, version integer not null)',
    ),
  )

  /** Where offsets had seconds. */
  const within = <R>(zone: string, work: (tx: Executor) => Promise<R>) =>
    database.db.transaction(async (tx) => {
      await tx.execute(sql`truncate guests`)
      await tx.execute(sql`select set_config('TimeZone', ${zone}, true)`)
      return work(tx)
    })

  test.each(['Europe/Lisbon', 'Europe/Amsterdam', 'UTC'])(
    'times from before the zones are read and written, in a session of %s',
    async (zone) => {
      await within(zone, async (tx) => {
        const repository = drizzleRepository({ executor: tx, table: guests })
        const old = new Date('1901-06-01T12:34:56.789Z')
        const ana = { id: 1, name: 'Ana', born: old, version: 0 }
        const saved = await repository.save(ana)
        expect(saved).toEqual({ ...ana, version: 1 })
        const others = [
          { ...ana, id: 2 },
          { ...ana, id: 3, born: null },
        ]
        expect(await repository.saveMany(others)).toEqual(others.map((one) => ({ ...one, version: 1 })))
        const more = [
          { ...ana, version: 1 },
          { ...ana, id: 2, version: 1 },
        ]
        expect(await repository.saveMany(more)).toEqual(more.map((one) => ({ ...one, version: 2 })))
        expect(await repository.save({ ...ana, version: 2 })).toEqual({ ...ana, version: 3 })

        expect(await repository.getById(1)).toEqual({ ...ana, version: 3 })
        expect(await repository.count(where<typeof ana>().equals('born', old) as never)).toBe(2)
        const orderBy = [{ field: 'born' }, { field: 'id' }] as const
        const first = await repository.findPage(always(), { orderBy, limit: 1 })
        const rest = await repository.findPage(always(), { orderBy, after: first.pageInfo.endCursor })
        expect([...first.items, ...rest.items].map(({ id, born }) => [id, born])).toEqual([
          [1, old],
          [2, old],
          [3, null],
        ])
      })
    },
  )

  test('no time of an age that drizzle misreads is made up', async () => {
    await within('Europe/Lisbon', async (tx) => {
      await tx.execute(sql`insert into guests values (1, 'Caesar', '0044-03-15 12:00:00 BC', 1)`)
      const error = await drizzleRepository({ executor: tx, table: guests })
        .getById(1)
        .catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'UNREADABLE_ROW', details: { column: 'born' } })
    })
  })

  test.each([
    ['0001-01-01T00:00:00.000Z', 'UTC'],
    ['0001-01-01T00:00:00.000Z', 'Asia/Kolkata'],
    ['0049-12-31T23:59:59.999Z', 'Europe/Lisbon'],
    ['0099-06-01T12:34:56.789Z', 'America/New_York'],
  ])(
    'a time of a year below 100 is read as what it was written as: %s, in a session of %s',
    async (spelled, zone) => {
      const table = pgTable('ages', {
        id: integer().primaryKey(),
        local: timestamp(),
        zoned: timestamp({ withTimezone: true }),
        version: integer().notNull(),
      })
      await database.run(`drop table if exists ages; create table ages (id integer primary key, local timestamp, zoned timestamptz,
        version integer not null)`)
      const age = { id: 1, local: new Date(spelled), zoned: new Date(spelled), version: 0 }
      await database.db.transaction(async (tx) => {
        await tx.execute(sql`select set_config('TimeZone', ${zone}, true)`)
        const repository = drizzleRepository({ executor: tx, table })
        expect(await repository.save(age)).toEqual({ ...age, version: 1 })
        expect(await repository.getById(1)).toEqual({ ...age, version: 1 })
      })
    },
  )

  test.each(['infinity', '-infinity'])('%s is no time, with a time zone or without', async (endless) => {
    const stays = pgTable('stays', {
      id: integer().primaryKey(),
      from: timestamp(),
      until: timestamp({ withTimezone: true }),
      version: integer().notNull(),
    })
    await database.run(`drop table if exists stays; create table stays (id integer primary key, "from" timestamp, until timestamptz,
      version integer not null); insert into stays values (1, '${endless}', null, 1), (2, null, '${endless}', 1)`)
    const repository = drizzleRepository({ executor: database.db, table: stays })
    const error = (id: number) => repository.getById(id).catch((thrown: unknown) => thrown)
    expect(await error(1)).toMatchObject({ code: 'UNREADABLE_ROW', details: { column: 'from' } })
    expect(await error(2)).toMatchObject({ code: 'UNREADABLE_ROW', details: { column: 'until' } })
  })
})
