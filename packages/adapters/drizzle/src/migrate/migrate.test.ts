import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describeWithService } from '@base-internal/tools/services'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Executor, rowsOf } from '../executor.js'
import { describeDatabases, describePostgres } from '../test-databases.js'
import { type Migration, MigrationFailedError, migrate } from './index.js'

const tables: readonly Migration[] = [
  {
    name: '001 pens',
    sql: `create table pens (id integer primary key, name text not null default 'it''s $$new$$');
      insert into pens (id) values (1); -- several statements`,
  },
  { name: '002 ink', sql: 'alter table pens add column ink text' },
]

describeDatabases((database) => {
  const select = async (text: string) => rowsOf(await database.db.execute(sql.raw(text)))

  describe('migrate', () => {
    beforeEach(() => database.run('drop table if exists base_migrations, pens, broken cascade'))

    test('applies what the database does not have, in order, once', async () => {
      expect(await migrate(database.db, tables.slice(0, 1))).toEqual({ applied: ['001 pens'], pending: [] })
      expect(await migrate(database.db, tables)).toEqual({ applied: ['002 ink'], pending: [] })
      expect(await migrate(database.db, tables)).toEqual({ applied: [], pending: [] })
      expect(await select('select name, ink from pens')).toEqual([{ name: "it's $$new$$", ink: null }])
    })

    test('a dry run says what it would apply, and changes nothing', async () => {
      const report = await migrate(database.db, tables, { dryRun: true })
      expect(report).toEqual({ applied: [], pending: ['001 pens', '002 ink'] })
      expect(await select("select to_regclass('base_migrations')::text as it")).toEqual([{ it: null }])
      await migrate(database.db, tables.slice(0, 1))
      expect((await migrate(database.db, tables, { dryRun: true })).pending).toEqual(['002 ink'])
    })

    test('refuses a history that was edited, and applies nothing', async () => {
      await migrate(database.db, tables.slice(0, 1))
      const edited = [{ name: '001 pens', sql: 'create table pens ()' }, ...tables.slice(1)]
      for (const dryRun of [true, false]) {
        await expect(migrate(database.db, edited, { dryRun })).rejects.toMatchObject({
          code: 'MIGRATION_EDITED',
          kind: 'conflict',
          details: { name: '001 pens' },
        })
      }
      expect(await select('select name from base_migrations')).toEqual([{ name: '001 pens' }])
    })

    test('one that comes before others that are applied is applied, not skipped', async () => {
      await migrate(database.db, tables)
      const earlier = { name: '000 broken', sql: 'create table broken ()' }
      expect((await migrate(database.db, [earlier, ...tables])).applied).toEqual(['000 broken'])
    })

    test('line ends are no edit', async () => {
      const [first] = tables as [Migration]
      await migrate(database.db, [first])
      const copy = { ...first, sql: first.sql.replaceAll('\n', '\r\n') }
      expect(await migrate(database.db, [copy])).toEqual({ applied: [], pending: [] })
    })

    test('one that fails leaves nothing of itself, and all that came before it', async () => {
      const broken = { name: '003 broken', sql: 'create table broken (); select 1/0' }
      await expect(migrate(database.db, [...tables, broken])).rejects.toMatchObject({ kind: 'invalid' })
      expect(await select("select to_regclass('broken')::text as it")).toEqual([{ it: null }])
      expect(await select('select name from base_migrations order by name')).toHaveLength(2)
    })

    test('one that the database refuses is named, and what it was refused with is kept', async () => {
      const broken = { name: '003 broken', sql: 'alter table nowhere add column n integer' }
      const migrating = migrate(database.db, [...tables, broken])
      await expect(migrating).rejects.toBeInstanceOf(MigrationFailedError)
      await expect(migrating).rejects.toMatchObject({
        code: 'MIGRATION_FAILED',
        kind: 'internal',
        message: "Migration '003 broken' was not applied: The database refused a statement (42P01).",
        details: { name: '003 broken' },
        cause: { code: 'DATABASE_ERROR', cause: { code: '42P01' } },
      })
      const taken = { name: '003 broken', sql: 'insert into pens (id) values (1)' }
      await expect(migrate(database.db, [taken])).rejects.toMatchObject({
        code: 'MIGRATION_FAILED',
        kind: 'conflict',
        cause: { code: 'CONFLICT', details: { constraint: 'pens_pkey' } },
      })
    })

    test('one that is refused at its COMMIT alone is named too', async () => {
      const text = `create table broken (id integer primary key, next integer references broken initially deferred);
        insert into broken values (1, 2)`
      await expect(
        migrate(database.db, [...tables, { name: '003 broken', sql: text }]),
      ).rejects.toMatchObject({
        code: 'MIGRATION_FAILED',
        kind: 'conflict',
        details: { name: '003 broken' },
        cause: { details: { violation: 'foreign_key' } },
      })
      expect(await select('select name from base_migrations order by name')).toHaveLength(2)
    })

    test.each([
      ["select pg_catalog.set_config('search_path', '', false)", 'public.pens'],
      ['set local search_path to pg_temp, public', 'public.pens'],
    ])('one that begins as a dump does (%s) leaves the path as it was', async (first, table) => {
      const [before] = await select('show search_path')
      const dump = { name: 'dump', sql: `${first}; create table ${table} (id integer)` }
      expect((await migrate(database.db, [dump])).applied).toEqual(['dump'])
      for (let connection = 0; connection < 4; connection++)
        expect(await select('show search_path')).toEqual([before])
      expect(await migrate(database.db, [dump])).toEqual({ applied: [], pending: [] })
    })

    test('the role and the settings are afterwards what they were', async () => {
      const role = `migrating_${process.pid}_${database.engine.toLowerCase()}`
      const shown = [
        'row_security',
        'statement_timeout',
        'lock_timeout',
        'search_path',
        'work_mem',
        'TimeZone',
      ]
      const ask = shown.map((name) => `current_setting('${name}') as "${name}"`).join()
      const seen = async (tx: Executor) =>
        rowsOf(await tx.execute(sql.raw(`select current_user, session_user, ${ask}`)))
      await database.run(`create role ${role}; create role ${role}_of_caller superuser`)
      const before = await seen(database.db)
      // A transaction of the caller, in which the settings may differ from those of the server, and then one of its own.
      const own = `set local statement_timeout = 5000; set local work_mem = 4096; set local role ${role}_of_caller`
      const dump = `set statement_timeout = 0; set lock_timeout = 0; set row_security = off; set work_mem = '1GB';
        set time zone interval '+05:30' hour to minute; select pg_catalog.set_config('search_path', '', false);`
      await database.db.transaction(async (tx) => {
        for (const statement of own.split(';')) await tx.execute(sql.raw(statement))
        const within = await seen(tx)
        const migrations = [`${dump} set role ${role}`, `set session authorization ${role}; ${dump}`]
        await migrate(
          tx,
          migrations.map((text, index) => ({ name: `${index}`, sql: text })),
        )
        expect(await seen(tx)).toEqual(within)
      })
      for (let connection = 0; connection < 4; connection++) expect(await seen(database.db)).toEqual(before)
      await database.run('drop table base_migrations')
      await migrate(database.db, [{ name: 'dump', sql: `${dump} set role ${role}` }])
      for (let connection = 0; connection < 4; connection++) expect(await seen(database.db)).toEqual(before)
      await database.run(`drop role ${role}, ${role}_of_caller`)
    })

    test('a byte order mark is no part of a text', async () => {
      const [first] = tables as [Migration]
      const marked = { ...first, sql: `\uFEFF${first.sql}` }
      expect((await migrate(database.db, [marked])).applied).toEqual(['001 pens'])
      expect(await migrate(database.db, [first])).toEqual({ applied: [], pending: [] })
    })

    test('within a transaction it belongs to it', async () => {
      const run = database.db.transaction(async (tx) => {
        await migrate(tx, tables)
        throw new Error('no')
      })
      await expect(run).rejects.toThrow('no')
      expect(await select("select to_regclass('pens')::text as it")).toEqual([{ it: null }])
    })

    test('other rows of the ledger are left alone', async () => {
      await migrate(database.db, tables)
      expect(await migrate(database.db, [])).toEqual({ applied: [], pending: [] })
      expect(await select('select name from base_migrations')).toHaveLength(2)
    })

    test.each([
      ['no list', undefined, 'migrations must be a list'],
      ['one without a name', [{ name: '', sql: 'select 1' }], 'migrations[0].name must be a text'],
      ['one without a text', [{ name: 'a' }], 'migrations[0].sql must be a text'],
      ['a name twice', [tables[0], tables[0]], 'migrations[1].name must be a name that no other'],
    ])('refuses %s', async (_, migrations, message) => {
      await expect(migrate(database.db, migrations as never)).rejects.toThrow(message)
    })

    test.each(['a\0', 'a\ud800'])(
      'refuses the name %j, by which it would not find what it has applied',
      async (name) => {
        await expect(migrate(database.db, [{ name, sql: 'select 1' }])).rejects.toMatchObject({
          code: 'INVALID_OPTION',
          message: expect.stringContaining('migrations[0].name must be'),
        })
      },
    )

    test.each([undefined, {}])('refuses %s as a database', async (executor) => {
      await expect(migrate(executor as never, [])).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringContaining('migrate: executor must be'),
      })
    })
  })
})

/** What each process runs: the built package, as a user's start script would. */
const SCRIPT = `
import { migrate } from '@base/drizzle/migrate'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
const pool = new pg.Pool({ connectionString: process.env.DATABASE, max: 2 })
console.log(JSON.stringify(await migrate(drizzle(pool), JSON.parse(process.env.MIGRATIONS))))
await pool.end()
`

// PGlite does not take back a session authorization at the end of a transaction.
describePostgres((database) => {
  test('a setting that the login may not set is left as a migration left it', async () => {
    const login = `login_${process.pid}`
    const text = `set role ${login}_admin; set log_min_duration_statement = 77; set lock_timeout = 7; reset role`
    const run = database.db.transaction(async (tx) => {
      for (const statement of [
        `create role ${login}`,
        `create role ${login}_admin superuser role ${login}`,
        `grant create on schema public to ${login}`,
        `set local session authorization ${login}`,
      ])
        await tx.execute(sql.raw(statement))
      const { applied } = await migrate(tx, [{ name: 'of an admin', sql: text }])
      const shown = sql`select current_setting('lock_timeout') as lock, current_setting('log_min_duration_statement') as log`
      throw Object.assign(new Error('undo'), { applied, shown: rowsOf(await tx.execute(shown)) })
    })
    const shown = [{ lock: '0', log: '77ms' }]
    await expect(run).rejects.toMatchObject({ message: 'undo', applied: ['of an admin'], shown })
  })
})

describeWithService('postgres', (postgres) => {
  let client: pg.Client
  beforeAll(async () => {
    client = new pg.Client({ connectionString: postgres.url })
    await client.connect()
  })
  afterAll(() => client.end())

  /** Until so many wait for the lock that migrations take turns by, or one has failed. */
  const waiting = async (count: number, runs: Promise<unknown>) => {
    let hasFailed = false
    runs.catch(() => {
      hasFailed = true
    })
    const query = `select count(*)::int as n from pg_locks
      where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())`
    for (let there = 0; there < count && !hasFailed; ) there = (await client.query(query)).rows[0].n
  }

  test.each(['read committed', 'repeatable read', 'serializable'])(
    'those that had to wait see what was applied meanwhile where the default is %s',
    async (isolation) => {
      await client.query('drop table if exists base_migrations, pens')
      const options = `-c default_transaction_isolation=${isolation.replace(' ', '\\ ')}`
      const pools = [1, 2, 3].map(() => new pg.Pool({ connectionString: postgres.url, max: 1, options }))
      await client.query('select pg_advisory_lock(1650553701, 1)')
      const runs = Promise.all(pools.map((pool) => migrate(drizzle(pool), tables)))
      await waiting(pools.length, runs)
      await client.query('select pg_advisory_unlock(1650553701, 1)')
      try {
        expect((await runs).flatMap(({ applied }) => applied).sort()).toEqual(['001 pens', '002 ink'])
      } finally {
        await Promise.all(pools.map((pool) => pool.end()))
      }
    },
  )

  test('a setting of superusers that the login may set is put back', async () => {
    const login = `setting_${process.pid}`
    await client.query(`drop table if exists base_migrations; create role ${login};
      grant create on schema public to ${login}; grant set on parameter session_replication_role to ${login}`)
    const pool = new pg.Pool({ connectionString: postgres.url, max: 1, options: `-c role=${login}` })
    try {
      const text = 'set session_replication_role = replica; set lock_timeout = 7'
      await migrate(drizzle(pool), [{ name: 'a dump of data', sql: text }])
      const shown = await pool.query(`select current_user as login, current_setting('lock_timeout') as lock,
        current_setting('session_replication_role') as triggers`)
      expect(shown.rows).toEqual([{ login, lock: '0', triggers: 'origin' }])
    } finally {
      await pool.end()
      await client.query(`drop owned by ${login}; drop role ${login}`)
    }
  })

  test('two processes at once apply each migration once', async () => {
    const migrations = Array.from({ length: 10 }, (_, n) => ({
      name: `${n}`.padStart(3, '0'),
      sql: `create table numbers_${n} (n integer); insert into numbers_${n} values (${n})`,
    }))
    // Both are at the door before it opens.
    await client.query('drop table if exists base_migrations')
    await client.query('select pg_advisory_lock(1650553701, 1)')
    const env = { ...process.env, DATABASE: postgres.url, MIGRATIONS: JSON.stringify(migrations) }
    const run = async () => {
      const args = ['--input-type=module', '--eval', SCRIPT]
      const cwd = join(import.meta.dirname, '../..')
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, env })
      return (JSON.parse(stdout) as { applied: string[] }).applied
    }
    const runs = Promise.all([run(), run()])
    await waiting(2, runs)
    await client.query('select pg_advisory_unlock(1650553701, 1)')

    const applied = await runs
    expect(applied.flat().sort()).toEqual(migrations.map(({ name }) => name))
    const ledger = await client.query('select name from base_migrations order by name')
    expect(ledger.rows.map(({ name }) => name)).toEqual(migrations.map(({ name }) => name))
    for (const n of migrations.keys())
      expect((await client.query(`select n from numbers_${n}`)).rows).toEqual([{ n }])
  })
})
