import { createApiKeys } from '@base/auth/api-keys'
import {
  createRefreshService,
  createSessions,
  memoryReplayStore,
  type RefreshService,
} from '@base/auth/tokens'
import { createTotp, totpCode } from '@base/auth/totp'
import { TestClock } from '@base/core/testing'
import { describeWithService } from '@base-internal/tools/services'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { rowsOf } from '../executor.js'
import { migrate } from '../migrate/index.js'
import { describeDatabases, describePostgres, type TestDatabase } from '../test-databases.js'
import {
  authMigrations,
  drizzleApiKeyStore,
  drizzleKeyStore,
  drizzleRefreshStore,
  drizzleReplayStore,
  drizzleRevocationStore,
  drizzleSessionStore,
  drizzleTotpStore,
} from './index.js'

const never = (value: unknown): never => value as never
const DROP =
  'drop table if exists base_refresh_spent, base_refresh_families, base_sessions, base_replays, base_revoked_tokens, base_revoked_subjects, base_signing_keys, base_totp, base_api_keys, base_recovery_codes, base_action_tokens, base_audit_chains, base_audit_entries, base_oauth_transactions; drop table if exists base_migrations'

const tokens = { issueAccess: async () => ({ token: 'access' }), revokeAll: () => {} }

const signIn = (refresh: RefreshService) => refresh.start({ sub: 'ann', clientId: 'web' })

async function rotated(refresh: RefreshService, token: string): Promise<string> {
  const result = await refresh.rotate(token, { clientId: 'web' })
  if (!result.ok) throw result.error
  return result.value.refreshToken
}

/** Everything that is stored, as text. */
async function dump({ db }: TestDatabase): Promise<string> {
  const tables = [
    'base_refresh_families',
    'base_refresh_spent',
    'base_sessions',
    'base_replays',
    'base_api_keys',
  ]
  const rows = tables.map((table) =>
    db.execute(sql`select t::text as row from ${sql.identifier(table)} as t`),
  )
  return JSON.stringify((await Promise.all(rows)).map(rowsOf))
}

describeDatabases((database) => {
  beforeEach(() => database.run(DROP))

  test('the stores create their tables, once, by their migration, also when they begin together', async () => {
    const sessions = drizzleSessionStore(database.db)
    const replays = drizzleReplayStore(database.db)
    const refresh = drizzleRefreshStore(database.db)
    const apiKeys = drizzleApiKeyStore(database.db)
    const asked = [
      ...[sessions.list('ann', 0), replays.claim('a', 1, 0), refresh.list('ann', 0)],
      ...[apiKeys.list('ann', 0), drizzleTotpStore(database.db).remove('ann')],
    ]
    expect(await Promise.all<unknown>(asked)).toEqual([[], true, [], [], false])
    expect(await migrate(database.db, authMigrations)).toEqual({ applied: [], pending: [] })
  })

  describe('where the tables of an earlier release are there', () => {
    const there = async () => {
      const table = sql`select to_regclass('base_api_keys') is not null as keys, to_regclass('base_totp') is not null as totp`
      return rowsOf(await database.db.execute(table))[0]
    }
    beforeEach(async () => void (await migrate(database.db, authMigrations.slice(0, 1))))

    test('a store that needs others creates them, and keeps what there is', async () => {
      const sessions = createSessions({ store: drizzleSessionStore(database.db) })
      const { id } = await sessions.create('ann')
      expect(await drizzleApiKeyStore(database.db).list('ann', 0)).toEqual([])
      expect(await drizzleTotpStore(database.db).find('ann', 0)).toBeUndefined()
      expect(await sessions.get(id)).toMatchObject({ sub: 'ann' })
      expect(await migrate(database.db, authMigrations)).toEqual({ applied: [], pending: [] })
    })

    test('a store that needs none of them creates nothing, as its role may not be allowed to', async () => {
      expect(await drizzleSessionStore(database.db).list('ann', 0)).toEqual([])
      expect(await there()).toEqual({ keys: false, totp: false })
    })
  })

  test('a theft is noticed on another node', async () => {
    const clock = new TestClock()
    const reuses: unknown[] = []
    const node = () =>
      createRefreshService({
        store: drizzleRefreshStore(database.db, { clock }),
        tokens,
        clock,
        onReuse: (reuse) => reuses.push(reuse),
      })
    const [one, other] = [node(), node()]
    const { refreshToken, familyId } = await signIn(one)
    const second = await rotated(one, refreshToken)
    expect(await rotated(other, refreshToken)).toBe(second)
    await clock.advance('1m')
    expect(await other.rotate(refreshToken, { clientId: 'web' })).toMatchObject({
      error: { code: 'REFRESH_REUSED' },
    })
    expect(await one.rotate(second, { clientId: 'web' })).toMatchObject({
      error: { code: 'REFRESH_REVOKED' },
    })
    const reuse = { sub: 'ann', clientId: 'web', familyId }
    expect(reuses).toEqual([
      { ...reuse, withinGrace: true },
      { ...reuse, withinGrace: false },
    ])
  })

  test('a family goes a week after its end, be it revoked or unused, with its spent tokens, and is known until then', async () => {
    const clock = new TestClock()
    const store = drizzleRefreshStore(database.db, { clock })
    const refresh = createRefreshService({ store, tokens, clock, idleTtl: '7d', absoluteTtl: '365d' })
    const [revoked, unused, used] = [await signIn(refresh), await signIn(refresh), await signIn(refresh)]
    for (const { refreshToken } of [revoked, unused]) await rotated(refresh, refreshToken)
    await refresh.revokeFamily(revoked.familyId)
    let token = used.refreshToken
    /** How the three stand after so many days, of which `used` is used in each, and somebody else signs in at the end. */
    const after = async (days: number) => {
      for (let day = 0; day < days; day++) {
        await clock.advance('1d')
        token = await rotated(refresh, token)
      }
      await refresh.start({ sub: 'bob', clientId: 'web' })
      const records = [revoked, unused, used].map(({ familyId }) => store.find(familyId, undefined, 0))
      return (await Promise.all(records)).map((record) => record?.status)
    }
    expect(await after(6)).toEqual(['revoked', 'active', 'active'])
    expect(await after(1)).toEqual([undefined, 'expired', 'active'])
    expect(await after(6)).toEqual([undefined, 'expired', 'active'])
    expect(await after(1)).toEqual([undefined, undefined, 'active'])
    const spent = sql`select distinct family_id from base_refresh_spent`
    expect(rowsOf(await database.db.execute(spent))).toEqual([{ family_id: used.familyId }])
    expect(await refresh.rotate(used.refreshToken, { clientId: 'web' })).toMatchObject({
      error: { code: 'REFRESH_REUSED' },
    })
  })

  test('a narrower scope is that of one access token: the next one may have all that was granted', async () => {
    const issued: unknown[] = []
    const issuer = {
      issueAccess: async ({ scope }: { scope?: unknown }) => ({ token: `${issued.push(scope)}` }),
      revokeAll: () => {},
    }
    const refresh = createRefreshService({ store: drizzleRefreshStore(database.db), tokens: issuer })
    const { refreshToken } = await refresh.start({ sub: 'ann', clientId: 'web', scope: 'read write' })
    const narrowed = await refresh.rotate(refreshToken, { clientId: 'web', scope: 'read' })
    await rotated(refresh, narrowed.ok ? narrowed.value.refreshToken : '')
    expect(issued).toEqual(['read write', 'read', 'read write'])
    expect(await refresh.sessions('ann')).toMatchObject([{ scope: 'read write' }])
  })

  test('no token and no id is stored', async () => {
    const refresh = createRefreshService({ store: drizzleRefreshStore(database.db), tokens })
    const sessions = createSessions({ store: drizzleSessionStore(database.db) })
    const { refreshToken } = await signIn(refresh)
    const second = await rotated(refresh, refreshToken)
    const { id } = await sessions.create('ann')
    const keys = createApiKeys({ store: drizzleApiKeyStore(database.db) })
    const made = await keys.create({ ownerId: 'ann', scopes: [] })
    const { key } = await keys.rotate(made.id)
    const stored = await dump(database)
    expect(stored).toContain('ann')
    for (const secret of [refreshToken, second, id, made.key, key])
      expect(stored).not.toContain(secret.slice(24))
  })

  test('what is kept for the grace is nulled when it is over, without anybody asking', async () => {
    const clock = new TestClock()
    const store = drizzleRefreshStore(database.db, { clock })
    const refresh = createRefreshService({ store, tokens, clock })
    await rotated(refresh, (await signIn(refresh)).refreshToken)
    const kept = async () =>
      rowsOf(await database.db.execute(sql`select sealed is not null as kept from base_refresh_families`))
    expect(await kept()).toEqual([{ kept: true }])
    expect(clock.pending).toBe(0)
    await clock.advance(10_100)
    await expect.poll(kept).toEqual([{ kept: false }])
  })

  test('a revocation takes away what is kept', async () => {
    const refresh = createRefreshService({ store: drizzleRefreshStore(database.db), tokens })
    const { refreshToken, familyId } = await signIn(refresh)
    await rotated(refresh, refreshToken)
    await refresh.revokeFamily(familyId)
    const rows = rowsOf(await database.db.execute(sql`select sealed from base_refresh_families`))
    expect(rows).toEqual([{ sealed: null }])
  })

  test('rows that are over are taken away as others come', async () => {
    const clock = new TestClock()
    const options = { clock }
    // Without a grace, whose end would hold the rows just when they are looked at: rows that are held are left to the next.
    const store = drizzleRefreshStore(database.db, options)
    const refresh = createRefreshService({ store, tokens, clock, reuseGrace: 0 })
    const sessions = createSessions({ store: drizzleSessionStore(database.db, options), clock })
    const replays = drizzleReplayStore(database.db, options)
    const keys = createApiKeys({ store: drizzleApiKeyStore(database.db, options), clock, ttl: '1d' })
    const counts = async () => {
      const counted = sql`select
        (select count(*)::int from base_refresh_families) as families,
        (select count(*)::int from base_refresh_spent) as spent,
        (select count(*)::int from base_sessions) as sessions,
        (select count(*)::int from base_replays) as replays,
        (select count(*)::int from base_api_keys) as keys`
      return rowsOf(await database.db.execute(counted))[0]
    }
    const all = async () => {
      await rotated(refresh, (await signIn(refresh)).refreshToken)
      await sessions.create('ann')
      await keys.create({ ownerId: 'ann', scopes: [] })
      await replays.claim(`key-${clock.now()}`, 1_000, 0)
    }
    for (let n = 0; n < 3; n++) {
      await all()
      await clock.advance(1)
    }
    expect(await counts()).toEqual({ families: 3, spent: 3, sessions: 3, replays: 3, keys: 3 })
    await clock.advance('37d')
    await all()
    expect(await counts()).toEqual({ families: 1, spent: 1, sessions: 1, replays: 1, keys: 1 })
  })

  test('a subject may be any text, and is bound', async () => {
    const sub = "'; drop table base_sessions; -- 😀"
    const sessions = createSessions({ store: drizzleSessionStore(database.db) })
    const { id } = await sessions.create(sub)
    expect(await sessions.get(id)).toMatchObject({ sub })
    expect(await sessions.destroyAll(sub)).toBe(1)
  })

  test('an owner, a name and a scope may be any text, and are bound', async () => {
    const keys = createApiKeys({ store: drizzleApiKeyStore(database.db) })
    const odd = "'); drop table base_api_keys; -- 😀 {}[]"
    const { key } = await keys.create({
      ownerId: odd,
      name: odd,
      scopes: ["');--", '{"a"}'.replaceAll('"', ''), 'x'],
    })
    expect(await keys.verify(key, { scope: "');--" })).toMatchObject({ value: { ownerId: odd, name: odd } })
    expect(await keys.revokeAll(odd)).toBe(1)
  })

  test('a code is good for one use on two nodes', async () => {
    const [one, other] = [drizzleTotpStore(database.db), drizzleTotpStore(database.db)].map((store) =>
      createTotp({ store, issuer: 'x' }),
    )
    const { secret } = (await one?.enroll('ann', { account: 'ann' })) ?? { secret: '' }
    const code = totpCode(secret)
    const taken = await Promise.all([one?.verify('ann', code), other?.verify('ann', code)])
    expect(taken.toSorted()).toEqual([false, true])
  })

  test('a database that is away is an UnavailableError, and the token stays good', async () => {
    const store = drizzleRefreshStore(database.db)
    const refresh = createRefreshService({ store, tokens })
    const { refreshToken } = await signIn(refresh)
    await database.run('alter table base_refresh_spent rename to away')
    await expect(refresh.rotate(refreshToken, { clientId: 'web' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'The refresh store failed.',
    })
    await database.run('alter table away rename to base_refresh_spent')
    await rotated(refresh, refreshToken)
  })

  test('rings of other names do not know each other', async () => {
    const [one, other] = [drizzleKeyStore(database.db), drizzleKeyStore(database.db, { ring: 'other' })]
    expect(await one.replace(0, [])).toBe(true)
    expect([await one.load(), await other.load()]).toMatchObject([{ version: 1 }, { version: 0 }])
    for (const ring of ['', 'x'.repeat(129), 'a\0', 'a\ud800'])
      expect(() => drizzleKeyStore(database.db, { ring })).toThrow(
        '@base/drizzle drizzleKeyStore: ring must be',
      )
  })

  test('revocations that are over are taken away as others come', async () => {
    const clock = new TestClock()
    const store = drizzleRevocationStore(database.db, { clock })
    const revokeBoth = async (name: string) => {
      await store.revoke({ issuer: 'i', id: name, ttl: 1_000 })
      await store.revokeAll({ issuer: 'i', subject: name, at: 1, ttl: 1_000 })
    }
    for (const name of ['a', 'b', 'c']) await revokeBoth(name)
    await clock.advance(1_000)
    await revokeBoth('d')
    const names = sql`select (select string_agg(id, ',') from base_revoked_tokens) as tokens,
      (select string_agg(subject, ',') from base_revoked_subjects) as subjects`
    expect(rowsOf(await database.db.execute(names))).toEqual([{ tokens: 'd', subjects: 'd' }])
  })

  test.each([
    ['drizzleRefreshStore', drizzleRefreshStore],
    ['drizzleSessionStore', drizzleSessionStore],
    ['drizzleReplayStore', drizzleReplayStore],
    ['drizzleRevocationStore', drizzleRevocationStore],
    ['drizzleTotpStore', drizzleTotpStore],
    ['drizzleApiKeyStore', drizzleApiKeyStore],
  ] as const)('%s refuses an executor and a clock that are none', (name, make) => {
    expect(() => make(never({}))).toThrow(`@base/drizzle ${name}: executor must be an object with`)
    expect(() => make(database.db, { clock: never({}) })).toThrow(
      `@base/drizzle ${name}: clock must be an object with`,
    )
  })
})

describePostgres((database) => {
  beforeAll(() => database.run(DROP))

  test('who was held up in a rotation while the family was revoked does not bring it back', async () => {
    const refresh = createRefreshService({ store: drizzleRefreshStore(database.db), tokens })
    const { refreshToken, familyId } = await refresh.start({ sub: 'held up', clientId: 'web' })
    const waiting = sql`select count(*)::int as n from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%base_refresh_spent%'`
    let rotating: ReturnType<RefreshService['rotate']> | undefined
    await database.db.transaction(async (tx) => {
      await tx.execute(sql`select 1 from base_refresh_families where id = ${familyId} for update`)
      rotating = refresh.rotate(refreshToken, { clientId: 'web' })
      while (rowsOf(await database.db.execute(waiting))[0]?.['n'] === 0);
      await tx.execute(sql`update base_refresh_families set revoked_at = now() where id = ${familyId}`)
    })
    expect(await rotating).toMatchObject({ ok: false, error: { code: 'REFRESH_REVOKED' } })
    expect(await refresh.sessions('held up')).toEqual([])
  })

  test('replays in another store are other replays', async () => {
    expect(await memoryReplayStore().claim('k', 1_000, 0)).toBe(true)
    expect(await drizzleReplayStore(database.db).claim('k', 1_000, 0)).toBe(true)
    expect(await drizzleReplayStore(database.db).claim('k', 1_000, 0)).toBe(false)
  })
})

describeWithService('postgres', (postgres) => {
  test.each(['read committed', 'repeatable read', 'serializable'])(
    'rotations at once make one successor where transactions are %s by default',
    async (isolation) => {
      const options = `-c default_transaction_isolation=${isolation.replace(' ', '\\ ')}`
      const pool = new pg.Pool({ connectionString: postgres.url, max: 10, options })
      try {
        const refresh = createRefreshService({ store: drizzleRefreshStore(drizzle(pool)), tokens })
        for (let round = 0; round < 5; round++) {
          const { refreshToken } = await signIn(refresh)
          const all = await Promise.all(Array.from({ length: 20 }, () => rotated(refresh, refreshToken)))
          expect(new Set(all).size).toBe(1)
          await rotated(refresh, all[0] ?? '')
        }
        const keys = createApiKeys({ store: drizzleApiKeyStore(drizzle(pool)) })
        const { id, key } = await keys.create({ ownerId: isolation, scopes: [] })
        await Promise.all(Array.from({ length: 8 }, () => keys.rotate(id)))
        expect(await keys.verify(key)).toMatchObject({ value: { isReplaced: true } })
        expect((await pool.query('show transaction_isolation')).rows).toEqual([
          { transaction_isolation: isolation },
        ])
      } finally {
        await pool.end()
      }
    },
  )

  test('the use of a key is noted without waiting for who has its row', async () => {
    const pool = new pg.Pool({ connectionString: postgres.url, max: 2 })
    try {
      const store = drizzleApiKeyStore(drizzle(pool))
      const { id } = await createApiKeys({ store }).create({ ownerId: 'ann', scopes: [] })
      const other = await pool.connect()
      await other.query('begin')
      await other.query('select id from base_api_keys where id = $1 for update', [id])
      await store.touch(id, 0)
      await other.query('rollback')
      other.release()
      expect(await store.find(id, 0)).toMatchObject({ lastUsedAt: undefined })
      await store.touch(id, 0)
      expect(await store.find(id, 0)).toMatchObject({ lastUsedAt: expect.any(Number) })
    } finally {
      await pool.end()
    }
  })
})
