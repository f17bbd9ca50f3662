import {
  actionTokenStoreConformance,
  apiKeyStoreConformance,
  auditSinkConformance,
  keyStoreConformance,
  oauthTransactionStoreConformance,
  recoveryCodeStoreConformance,
  refreshStoreConformance,
  replayStoreConformance,
  revocationStoreConformance,
  sessionStoreConformance,
  totpStoreConformance,
} from '@base/auth/testing'
import { TestClock } from '@base/core/testing'
import { sql } from 'drizzle-orm'
import { beforeAll, describe, test } from 'vitest'
import { migrate } from '../migrate/index.js'
import { describeDatabases } from '../test-databases.js'
import {
  authMigrations,
  type DrizzleAuthStoreOptions,
  drizzleActionTokenStore,
  drizzleApiKeyStore,
  drizzleAuditSink,
  drizzleKeyStore,
  drizzleOAuthTransactionStore,
  drizzleRecoveryCodeStore,
  drizzleRefreshStore,
  drizzleReplayStore,
  drizzleRevocationStore,
  drizzleSessionStore,
  drizzleTotpStore,
  type Executor,
} from './index.js'

/** Every column of times, by table: what the passing of time moves into the past. */
const TIMES = {
  base_refresh_families: [
    'sealed_until',
    'created_at',
    'last_used_at',
    'idle_expires_at',
    'expires_at',
    'revoked_at',
  ],
  base_sessions: ['created_at', 'last_seen_at', 'idle_expires_at', 'expires_at'],
  base_replays: ['expires_at'],
  base_revoked_tokens: ['expires_at'],
  base_revoked_subjects: ['expires_at'],
  base_action_tokens: ['expires_at'],
  base_oauth_transactions: ['expires_at'],
  base_totp: ['locked_until'],
  base_api_keys: ['created_at', 'last_used_at', 'expires_at', 'revoked_at'],
} as const

const TIMELESS = 'base_recovery_codes, base_audit_chains, base_audit_entries'

describeDatabases((database) => {
  const clear = () =>
    database.run(`truncate ${Object.keys(TIMES).join()}, base_refresh_spent, base_signing_keys, ${TIMELESS}`)
  beforeAll(async () => void (await migrate(database.db, authMigrations)))

  const byClock =
    <Store>(store: (executor: Executor, options: DrizzleAuthStoreOptions) => Store) =>
    async () => {
      await clear()
      const clock = new TestClock()
      return {
        subject: store(database.db, { clock }),
        advance: (duration: Parameters<TestClock['advance']>[0]) => clock.advance(duration),
        dispose: () => {},
      }
    }

  describe('by a clock that is given', () => {
    refreshStoreConformance(byClock(drizzleRefreshStore), { test })
    sessionStoreConformance(byClock(drizzleSessionStore), { test })
    replayStoreConformance(byClock(drizzleReplayStore), { test })
    revocationStoreConformance(byClock(drizzleRevocationStore), { test })
    totpStoreConformance(byClock(drizzleTotpStore), { test })
    apiKeyStoreConformance(byClock(drizzleApiKeyStore), { test })
    actionTokenStoreConformance(byClock(drizzleActionTokenStore), { test })
    oauthTransactionStoreConformance(byClock(drizzleOAuthTransactionStore), { test })
  })

  /** Time passes by making everything older. */
  const byDatabase =
    <Store>(store: (executor: Executor) => Store) =>
    async () => {
      await clear()
      return {
        subject: store(database.db),
        advance: async (duration: number | string) => {
          await database.db.execute(sql`update base_api_keys set ends = array(
            select ends_at - ${Number(duration)} * interval '1 ms'
            from unnest(ends) with ordinality as secret(ends_at, n) order by n
          )`)
          for (const [table, columns] of Object.entries(TIMES)) {
            const older = columns.map(
              (column) =>
                sql`${sql.identifier(column)} = ${sql.identifier(column)} - ${Number(duration)} * interval '1 ms'`,
            )
            await database.db.execute(sql`update ${sql.identifier(table)} set ${sql.join(older, sql`, `)}`)
          }
        },
        dispose: () => {},
      }
    }

  describe('by the clock of the database', () => {
    refreshStoreConformance(byDatabase(drizzleRefreshStore), { test })
    sessionStoreConformance(byDatabase(drizzleSessionStore), { test })
    replayStoreConformance(byDatabase(drizzleReplayStore), { test })
    revocationStoreConformance(byDatabase(drizzleRevocationStore), { test })
    keyStoreConformance(byDatabase(drizzleKeyStore), { test })
    totpStoreConformance(byDatabase(drizzleTotpStore), { test })
    apiKeyStoreConformance(byDatabase(drizzleApiKeyStore), { test })
    actionTokenStoreConformance(byDatabase(drizzleActionTokenStore), { test })
    oauthTransactionStoreConformance(byDatabase(drizzleOAuthTransactionStore), { test })
    recoveryCodeStoreConformance(byDatabase(drizzleRecoveryCodeStore), { test })
    auditSinkConformance(byDatabase(drizzleAuditSink), { test })
  })
})
