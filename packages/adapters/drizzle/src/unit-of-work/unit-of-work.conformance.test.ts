import { type ItemUnits, unitOfWorkConformance } from '@base/domain/testing'
import { describeWithService } from '@base-internal/tools/services'
import { PGlite } from '@electric-sql/pglite'
import { integer, pgTable } from 'drizzle-orm/pg-core'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Executor } from '../executor.js'
import { drizzleRepository } from '../repository/index.js'
import { drizzleUnitOfWork, nodePostgres, pglite, type UnitDatabase } from './index.js'

const items = pgTable('items', {
  id: integer().primaryKey(),
  n: integer().notNull(),
  version: integer().notNull(),
})

const TABLE = 'create table items (id integer primary key, n integer not null, version integer not null)'

const repositories = (executor: Executor) => ({ items: drizzleRepository({ executor, table: items }) })

const unitsOn = (database: UnitDatabase): ItemUnits => drizzleUnitOfWork(database, repositories)

describe('drizzleUnitOfWork on PGlite', () => {
  let client: PGlite
  beforeAll(async () => {
    client = await PGlite.create()
    await client.exec(TABLE)
  }, 60_000)
  afterAll(() => client.close())

  unitOfWorkConformance(
    async () => {
      await client.exec('delete from items')
      return { subject: unitsOn(pglite(client)) }
    },
    { test },
  )
})

describeWithService('postgres', (postgres) => {
  describe.each([4, 2])('drizzleUnitOfWork on a pool of %i', (max) => {
    let pool: pg.Pool
    beforeAll(async () => {
      pool = new pg.Pool({ connectionString: postgres.url, max })
      await pool.query(`drop table if exists items; ${TABLE}`)
    })
    afterAll(async () => {
      expect(pool.totalCount).toBe(pool.idleCount)
      await pool.end()
    })

    unitOfWorkConformance(
      async () => {
        await pool.query('delete from items')
        return { subject: unitsOn(nodePostgres(pool)) }
      },
      { test },
    )
  })
})
