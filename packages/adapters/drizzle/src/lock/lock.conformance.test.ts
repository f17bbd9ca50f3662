import { lockConformance, TestClock } from '@base/core/testing'
import { describe, test } from 'vitest'
import { describeDatabases } from '../test-databases.js'
import { drizzleLock } from './index.js'

describeDatabases((database) => {
  const clear = () =>
    database.run(
      'drop table if exists base_locks; drop sequence if exists base_lock_tokens; drop table if exists base_migrations',
    )

  describe('by a clock that is given', () => {
    lockConformance(
      async () => {
        await clear()
        const clock = new TestClock()
        return {
          subject: drizzleLock(database.db, { clock }),
          advance: (duration) => clock.advance(duration),
          dispose: () => {},
        }
      },
      { test },
    )
  })
})
