import { withLock } from '@base/core/lock'
import { unitOfWorkConformance } from '@base/domain/testing'
import { describeWithService } from '@base-internal/tools/services'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rowsOf } from '../executor.js'
import { drizzleLock } from '../lock/index.js'
import { migrate } from '../migrate/index.js'
import { withTenant } from '../tenancy/index.js'
import { nodePostgres } from './index.js'
import { describeWithPgBouncer, type PgBouncer, startPgBouncer } from './test-pgbouncer.js'
import { item, rejection, TABLE, unitsOn } from './test-units.js'

describeWithService('postgres', (postgres) => {
  describeWithPgBouncer('and PgBouncer in transaction mode', () => {
    let bouncer: PgBouncer
    let pool: pg.Pool
    let admin: pg.Pool
    beforeAll(async () => {
      bouncer = await startPgBouncer(postgres.url)
      // More than PgBouncer has, so that they wait there.
      pool = new pg.Pool({ connectionString: bouncer.url, max: 5 })
      admin = new pg.Pool({ connectionString: postgres.url, max: 1 })
      await admin.query(TABLE)
    }, 60_000)
    afterAll(async () => {
      await Promise.all([pool.end(), admin.end()])
      await bouncer[Symbol.asyncDispose]()
    })

    unitOfWorkConformance(
      async () => {
        await admin.query('delete from items')
        return { subject: unitsOn(nodePostgres(pool)) }
      },
      { test },
    )

    test('an abort cancels the statement that runs', async () => {
      const controller = new AbortController()
      const run = rejection(
        unitsOn(nodePostgres(pool)).run(
          async (tx) => {
            await tx.items.save(item(100))
            await tx.raw.executor.execute(sql`select pg_sleep(600) /* through */`)
          },
          { signal: controller.signal },
        ),
      )
      const sleeping = `select count(*)::int as n from pg_stat_activity
        where state = 'active' and query like '%/* through */%' and pid <> pg_backend_pid()`
      const count = async () => (await admin.query(sleeping)).rows[0].n
      while ((await count()) === 0);
      controller.abort(new Error('gone'))
      expect(await run).toMatchObject({ message: 'gone' })
      expect(await count()).toBe(0)
      expect((await admin.query('select id from items where id = 100')).rows).toEqual([])
    })

    test('a connection that is killed rolls back, and the pool goes on', async () => {
      const units = unitsOn(nodePostgres(pool))
      const error = await rejection(
        units.run(async (tx) => {
          await tx.items.save(item(101))
          await tx.raw.executor.execute(sql`select pg_terminate_backend(pg_backend_pid())`)
        }),
      )
      expect(error).toMatchObject({ kind: 'unavailable' })
      await units.run((tx) => tx.items.save(item(102)))
      expect((await admin.query('select id from items where id > 100')).rows).toEqual([{ id: 102 }])
    })

    test('a tenant does not reach the next transaction on the same connection', async () => {
      const units = unitsOn(nodePostgres(pool))
      const tenant = async (id?: string) =>
        units.run(async (tx) => {
          if (id !== undefined) await withTenant(tx.raw.executor, id)
          const [row] = rowsOf(
            await tx.raw.executor.execute(sql`select current_setting('app.tenant_id', true) as id`),
          )
          return row?.['id'] || undefined
        })
      for (let index = 0; index < 50; index++) {
        const ids = ['a', undefined, 'b', undefined, 'c']
        expect(await Promise.all(ids.map((id) => tenant(id)))).toEqual(ids)
      }
    })

    test('migrations that are applied at once are applied once', async () => {
      const db = drizzle(pool)
      const migrations = Array.from({ length: 5 }, (_, n) => ({
        name: `m${n}`,
        sql: `create table m${n} ()`,
      }))
      const reports = await Promise.all([1, 2, 3].map(() => migrate(db, migrations)))
      expect(reports.flatMap(({ applied }) => applied).sort()).toEqual(['m0', 'm1', 'm2', 'm3', 'm4'])
    })

    test('a lock is held by one at a time', async () => {
      const locks = [drizzleLock(drizzle(pool)), drizzleLock(drizzle(pool))]
      let inside = 0
      await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          withLock(locks[index % 2] as never, 'a', { wait: '1m' }, async () => {
            expect(++inside).toBe(1)
            await pool.query('select 1')
            inside--
          }),
        ),
      )
    })
  })
})
