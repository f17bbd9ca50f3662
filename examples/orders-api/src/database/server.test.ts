import { secret } from '@base/core/secret'
import { withFailures } from '@base/drizzle/failures'
import { describeWithService } from '@base-internal/tools/services'
import { sql } from 'drizzle-orm'
import pg from 'pg'
import { expect, test } from 'vitest'
import { problemResponse } from '../http/problem.ts'
import { MOST_CONNECTIONS, openServer } from './server.ts'

describeWithService('postgres', (postgres) => {
  test('what the database does not answer in time fails, but no step of a migration', async () => {
    const database = openServer(secret(postgres.url), '1ms')
    try {
      const late = withFailures(() => database.db.execute(sql`select pg_sleep(1)`))
      await expect(late).rejects.toMatchObject({ code: 'TIMEOUT' })
      await database.migrate([{ name: 'long', sql: 'create table pens (); select pg_sleep(0.1)' }])
    } finally {
      await database.close()
    }
  })

  test('what waits for a lock is 503 in time, and leaves nothing that waits at the server', async () => {
    const database = openServer(secret(postgres.url), '500ms')
    const holder = new pg.Client(postgres.url)
    await holder.connect()
    const others = async () => {
      const found = await holder.query('select from pg_stat_activity where datname = current_database()')
      return (found.rowCount ?? 0) - 1
    }
    try {
      await holder.query('create table inks ()')
      await holder.query('begin; lock table inks in access exclusive mode')
      const read = () => withFailures(() => database.db.execute(sql`select * from inks`)).then(() => 200)
      const calls = Array.from({ length: 3 * MOST_CONNECTIONS }, () =>
        read().catch((error) => problemResponse(error).status),
      )
      expect(new Set(await Promise.all(calls))).toEqual(new Set([503]))
      await expect.poll(others).toBeLessThanOrEqual(MOST_CONNECTIONS)
    } finally {
      await holder.end()
      await database.close()
    }
  })
})
