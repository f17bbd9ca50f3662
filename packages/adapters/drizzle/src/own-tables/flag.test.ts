import { idempotencyStoreConformance } from '@base/application/testing'
import {
  recoveryCodeStoreConformance,
  refreshStoreConformance,
  revocationStoreConformance,
  sessionStoreConformance,
  totpStoreConformance,
} from '@base/auth/testing'
import { TestClock } from '@base/core/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  authMigrations,
  drizzleRecoveryCodeStore,
  drizzleRefreshStore,
  drizzleRevocationStore,
  drizzleSessionStore,
  drizzleTotpStore,
} from '../auth/index.js'
import type { Executor } from '../executor.js'
import { drizzleIdempotencyStore, idempotencyMigrations } from '../idempotency/index.js'
import { migrate } from '../migrate/index.js'
import { describePostgres } from '../test-databases.js'
import { isSet } from './flag.js'

const TABLES =
  'base_refresh_families, base_refresh_spent, base_sessions, base_revoked_tokens, base_revoked_subjects, base_totp, base_recovery_codes, base_idempotency'

test('what is no answer is neither yes nor no', () => {
  expect([isSet({ a: 'true' }, 'a'), isSet({ a: 'false' }, 'a')]).toEqual([true, false])
  for (const value of [true, false, 't', 1, null, undefined])
    expect(() => isSet({ a: value }, 'a')).toThrow("answered a with neither 'true' nor 'false'")
})

describePostgres((database) => {
  describe('where the application parses booleans in its own way', () => {
    const { BOOL } = pg.types.builtins
    const parse = pg.types.getTypeParser(BOOL)
    beforeAll(async () => {
      // Drizzle asks the parsers that are set for all clients. Each of these is truthy, and none is `true`.
      pg.types.setTypeParser(BOOL, (text) => (text === 't' ? 'Y' : 'N'))
      await migrate(database.db, [...authMigrations, ...idempotencyMigrations])
    })
    afterAll(() => pg.types.setTypeParser(BOOL, parse))

    const byClock =
      <Store>(store: (executor: Executor, options: { clock: TestClock }) => Store) =>
      async () => {
        await database.run(`truncate ${TABLES}`)
        const clock = new TestClock()
        return {
          subject: store(database.db, { clock }),
          advance: (duration: Parameters<TestClock['advance']>[0]) => clock.advance(duration),
          dispose: () => {},
        }
      }

    revocationStoreConformance(byClock(drizzleRevocationStore), { test })
    refreshStoreConformance(byClock(drizzleRefreshStore), { test })
    sessionStoreConformance(byClock(drizzleSessionStore), { test })
    totpStoreConformance(byClock(drizzleTotpStore), { test })
    recoveryCodeStoreConformance(byClock(drizzleRecoveryCodeStore), { test })
    idempotencyStoreConformance(byClock(drizzleIdempotencyStore), { test })
  })
})
