import { createActionTokens } from '@base/auth/action-tokens'
import { createAudit } from '@base/auth/audit'
import { createRecoveryCodes } from '@base/auth/recovery-codes'
import { sql } from 'drizzle-orm'
import { beforeEach, expect, test } from 'vitest'
import { rowsOf } from '../executor.js'
import { describeDatabases, type TestDatabase } from '../test-databases.js'
import {
  drizzleActionTokenStore,
  drizzleAuditSink,
  drizzleRecoveryCodeStore,
  type Executor,
} from './index.js'

const TABLES = ['base_recovery_codes', 'base_action_tokens', 'base_audit_chains', 'base_audit_entries']
/** Only a hang takes longer. */
const auditOver = (executor: Executor) => createAudit({ sink: drizzleAuditSink(executor), timeout: '60s' })
const never = (value: unknown): never => value as never

/** Everything that is stored, as text. */
async function dump({ db }: TestDatabase): Promise<string> {
  const rows = TABLES.map((table) =>
    db.execute(sql`select t::text as row from ${sql.identifier(table)} as t`),
  )
  return JSON.stringify((await Promise.all(rows)).map(rowsOf))
}

describeDatabases((database) => {
  beforeEach(() =>
    database.run(`drop table if exists ${TABLES.join()}; drop table if exists base_migrations;
      drop table if exists base_refresh_spent, base_refresh_families, base_sessions, base_replays, base_revoked_tokens,
        base_revoked_subjects, base_signing_keys, base_totp, base_api_keys, base_oauth_transactions`),
  )

  test('no token and no code is stored', async () => {
    const tokens = createActionTokens({ store: drizzleActionTokenStore(database.db), purpose: 'reset' })
    const codes = createRecoveryCodes({ store: drizzleRecoveryCodeStore(database.db) })
    await auditOver(database.db).record({
      action: 'a',
      after: { pin: '4711-0815' },
    })
    const { token } = await tokens.issue('ann')
    const [code = ''] = await codes.generate('ann')
    const stored = await dump(database)
    expect(stored).toContain('ann')
    for (const secret of [token.slice(24), code, code.replaceAll('-', ''), '4711-0815'])
      expect(stored).not.toContain(secret)
  })

  test('writers of several processes keep one chain, which verifies as it is read back', async () => {
    const writers = [1, 2, 3].map(() => auditOver(database.db))
    const odd = { text: '\0 \ud800 \\u0000 "', number: 1e21, date: new Date(0), list: [0.1, null] }
    await Promise.all(
      writers.flatMap((writer) => [
        writer.record({ action: 'a', details: odd }),
        writer.record({ action: 'b' }),
      ]),
    )
    expect(await writers[0]?.verify()).toMatchObject({ ok: true, value: { sequence: 6 } })
  })

  test('a row that is changed, or taken away, breaks the chain there', async () => {
    const audit = auditOver(database.db)
    for (const action of ['a', 'b', 'c']) await audit.record({ action, actor: { id: 'ann' } })
    await database.run(
      `update base_audit_entries set entry = replace(entry, '"ann"', '"bob"') where sequence = 2`,
    )
    expect(await audit.verify()).toMatchObject({ error: { flaw: 'altered', sequence: 2 } })
    await database.run('delete from base_audit_entries where sequence = 2')
    expect(await audit.verify()).toMatchObject({ error: { flaw: 'missing', sequence: 2 } })
  })

  test('an entry within a transaction is there if that commits, and only then', async () => {
    const audit = auditOver(database.db)
    await audit.record({ action: 'before' })
    const cause = new Error('undone')
    const undone = database.db.transaction(async (tx) => {
      await auditOver(tx).record({ action: 'undone' })
      throw cause
    })
    await expect(undone).rejects.toBe(cause)
    await database.db.transaction(async (tx) => {
      await auditOver(tx).record({ action: 'within' })
    })
    expect((await audit.record({ action: 'after' })).sequence).toBe(3)
    expect(await audit.verify()).toMatchObject({ ok: true, value: { sequence: 3 } })
  })

  test('roles record and verify with the privileges that the documentation names, and nothing more', async () => {
    const [recorder, verifier] = ['recorder', 'verifier'].map(
      (name) => `audit_${name}_${process.pid}_${database.engine.toLowerCase()}`,
    )
    await auditOver(database.db).record({ action: 'first' })
    const as = (
      role: string | undefined,
      fn: (audit: ReturnType<typeof auditOver>, tx: Executor) => Promise<unknown>,
    ) =>
      database.db.transaction(async (tx) => {
        await tx.execute(sql.raw(`set local role ${role}`))
        return fn(auditOver(tx), tx)
      })
    await database.run(`create role ${recorder}; create role ${verifier};
      grant select, insert, update on base_audit_chains to ${recorder}; grant insert on base_audit_entries to ${recorder};
      grant select on base_audit_chains, base_audit_entries to ${verifier}`)
    try {
      await as(recorder, async (audit) => {
        await audit.record({ action: 'second' })
        await audit.record({ action: 'third' })
      })
      expect(await as(verifier, (audit) => audit.verify())).toMatchObject({
        ok: true,
        value: { sequence: 3 },
      })
      for (const statement of [
        'select 1 from base_audit_entries',
        'update base_audit_entries set actor = null',
        'delete from base_audit_entries',
      ])
        await expect(as(recorder, (_, tx) => tx.execute(sql.raw(statement)))).rejects.toMatchObject({
          cause: { code: '42501' },
        })
    } finally {
      await database.run(`drop owned by ${recorder}, ${verifier}; drop role ${recorder}, ${verifier}`)
    }
  })

  test('columns can be searched', async () => {
    const audit = auditOver(database.db)
    const target = { type: 'order', id: '7' }
    await audit.record({ action: 'order.cancel', actor: { id: 'ann' }, target, tenant: 'acme' })
    const rows = await database.db.execute(
      sql`select action, actor, tenant from base_audit_entries where target_type = 'order' and target = '7'`,
    )
    expect(rowsOf(rows)).toEqual([{ action: 'order.cancel', actor: 'ann', tenant: 'acme' }])
  })

  test.each([
    ['drizzleActionTokenStore', drizzleActionTokenStore],
    ['drizzleRecoveryCodeStore', drizzleRecoveryCodeStore],
    ['drizzleAuditSink', drizzleAuditSink],
  ] as const)('%s refuses what is no executor', (name, make) => {
    expect(() => make(never({}))).toThrow(`@base/drizzle ${name}: executor must be`)
  })
})
