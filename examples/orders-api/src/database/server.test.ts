import { secret } from '@base/core/secret'
import { describeWithService } from '@base-internal/tools/services'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { openServer } from './server.ts'

describeWithService('postgres', (postgres) => {
  test('what the database does not answer in time fails, but no step of a migration', async () => {
    const database = openServer(secret(postgres.url), '1ms')
    try {
      await expect(database.db.execute(sql`select pg_sleep(1)`)).rejects.toMatchObject({
        cause: { message: 'Query read timeout' },
      })
      await database.migrate([{ name: 'long', sql: 'create table pens (); select pg_sleep(0.1)' }])
    } finally {
      await database.close()
    }
  })
})
