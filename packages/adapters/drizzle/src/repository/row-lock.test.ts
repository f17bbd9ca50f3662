import { InvalidOptionError } from '@base/core/errors'
import { always, where } from '@base/domain/specification'
import { asc, sql } from 'drizzle-orm'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Executor, rowsOf } from '../executor.js'
import { describeDatabases, describePostgres } from '../test-databases.js'
import { drizzleRepository } from './drizzle-repository.js'

const seats = pgTable('seats', { id: integer().primaryKey(), kind: text().notNull() })
const SEATS = `create table seats (id integer primary key, kind text not null);
  insert into seats values (1, 'a'), (2, 'b'), (3, 'a')`

const on = (executor: Executor) => drizzleRepository({ executor, table: seats })
const isA = where<typeof seats.$inferSelect>().equals('kind', 'a')

type Read = (repository: ReturnType<typeof on>, lock: 'update' | 'share') => Promise<unknown>

const READS: readonly (readonly [string, Read, readonly number[]])[] = [
  ['find', (repository, lock) => repository.find(isA, { lock }), [1, 3]],
  [
    'find',
    (repository, lock) =>
      repository.find(always(), { lock, offset: 1, limit: 1, orderBy: [{ field: 'id' }] }),
    [1, 2],
  ],
  ['findOne', (repository, lock) => repository.findOne(isA, { lock, orderBy: [{ field: 'id' }] }), [1]],
  ['findById', (repository, lock) => repository.findById(2, { lock }), [2]],
  ['getById', (repository, lock) => repository.getById(3, { lock }), [3]],
]

describe('a read that locks', () => {
  describePostgres((database) => {
    beforeAll(() => database.run(SEATS))

    /** Those that somebody else could lock now. */
    const free = async (lock: 'update' | 'share') => {
      const rows = await database.db.execute(
        sql`select id from seats order by id for ${sql.raw(lock)} skip locked`,
      )
      return rowsOf(rows).map(({ id }) => id)
    }
    const others = (locked: readonly number[]) => [1, 2, 3].filter((id) => !locked.includes(id))

    test.each(READS)('%s for an update keeps everybody else out until the end', async (_, read, locked) => {
      await database.db.transaction(async (tx) => {
        await read(on(tx), 'update')
        expect(await free('update')).toEqual(others(locked))
        expect(await free('share')).toEqual(others(locked))
      })
      expect(await free('update')).toEqual([1, 2, 3])
    })

    test.each(READS)('%s that shares keeps out who would change', async (_, read, locked) => {
      await database.db.transaction(async (tx) => {
        await read(on(tx), 'share')
        expect(await free('update')).toEqual(others(locked))
        expect(await free('share')).toEqual([1, 2, 3])
      })
    })

    test('gives what drizzle does, and locks nothing where the next one does not ask for it', async () => {
      await database.db.transaction(async (tx) => {
        await on(tx).find(isA, { lock: 'update' })
        await on(tx).findById(1, { lock: 'update' })
      })
      await database.db.transaction(async (tx) => {
        expect(await on(tx).find(isA, { orderBy: [{ field: 'id' }] })).toEqual(
          await tx.select().from(seats).where(sql`kind = 'a'`).orderBy(asc(seats.id)),
        )
        await on(tx).findById(1)
        expect(await free('update')).toEqual([1, 2, 3])
      })
    })
  })

  describeDatabases((database) => {
    test.each(READS)('%s is refused where its lock would end with it', async (_, read) => {
      await expect(read(on(database.db), 'update')).rejects.toThrow(InvalidOptionError)
      await expect(read(on(database.db), 'update')).rejects.toThrow(/lock .*unit of work/)
    })

    test('is refused where it is no lock that there is', async () => {
      await database.db.transaction(async (tx) => {
        await expect(on(tx).find(isA, { lock: 'no key update' as never })).rejects.toThrow(
          /lock must be one of "update", "share"/,
        )
      })
    })
  })
})
