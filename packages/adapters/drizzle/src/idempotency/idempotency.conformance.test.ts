import { idempotencyStoreConformance } from '@base/application/testing'
import { toMilliseconds } from '@base/core/duration'
import { TestClock } from '@base/core/testing'
import { sql } from 'drizzle-orm'
import { describe, test } from 'vitest'
import { describeDatabases } from '../test-databases.js'
import { drizzleIdempotencyStore } from './index.js'

describeDatabases((database) => {
  const clear = () =>
    database.run(
      'drop table if exists base_idempotency; drop sequence if exists base_idempotency_fences; drop table if exists base_migrations',
    )

  describe('by a clock that is given', () => {
    idempotencyStoreConformance(
      async () => {
        await clear()
        const clock = new TestClock()
        return {
          subject: drizzleIdempotencyStore(database.db, { clock }),
          advance: (duration) => clock.advance(duration),
          dispose: () => {},
        }
      },
      { test },
    )
  })

  describe('by the clock of the database', () => {
    idempotencyStoreConformance(
      async () => {
        await clear()
        return {
          subject: drizzleIdempotencyStore(database.db),
          // As if all that is noted had been noted so much earlier.
          advance: async (duration) => {
            const past = sql`${toMilliseconds(duration)}::double precision * interval '1 millisecond'`
            await database.db.execute(
              sql`update base_idempotency set lease_until = lease_until - ${past}, expires_at = expires_at - ${past}`,
            )
          },
          dispose: () => {},
        }
      },
      { test },
    )
  })
})
