import { describeWithService } from '@base-internal/tools/services'
import { runs } from '@base-internal/tools/soak'
import { getTableName, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import {
  char,
  customType,
  integer,
  numeric,
  pgSchema,
  pgTable,
  text,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Executor, rowsOf } from '../executor.js'
import { migrate } from '../migrate/index.js'
import { drizzleRepository } from '../repository/index.js'
import { describeDatabases } from '../test-databases.js'
import { drizzleUnitOfWork, nodePostgres } from '../unit-of-work/index.js'
import { checkTenantIsolation, rlsPolicies, type TenantIsolationOptions, withTenant } from './index.js'

const invoices = pgTable('invoices', {
  id: integer().primaryKey(),
  tenant: uuid('tenant_id').notNull(),
  total: integer().notNull(),
})
const notes = pgSchema('odd "schema"').table('no"tes', { tenant: text('tenant_id'), note: text() })

const [ACME, GLOBEX] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222']

const TENANT = "current_setting('app.tenant_id', true)"

const FOUR = 'select, insert, update, delete'

const TABLES = `
  create table invoices (id integer primary key, tenant_id uuid not null, total integer not null);
  create schema "odd ""schema"""; create table "odd ""schema"""."no""tes" (tenant_id text, note text);
  insert into invoices values (1, '${ACME}', 10), (2, '${GLOBEX}', 20);`

describeDatabases((database) => {
  // Cluster-wide on a server: a name of its own, dropped after.
  const role = `tenant_app_${process.pid}_${database.engine.toLowerCase()}`
  const [reader, other] = [`${role}_reader`, `${role}_other`]

  beforeAll(async () => {
    await database.run(TABLES)
    await migrate(database.db, [
      { name: 'tenants', sql: [...rlsPolicies(invoices), ...rlsPolicies(notes)].join(';\n') },
    ])
    await database.run(`create role ${role}; create role ${reader}; create role ${other}; grant ${FOUR} on invoices to ${role};
      grant usage on schema "odd ""schema""" to ${role}; grant ${FOUR} on "odd ""schema"""."no""tes" to ${role}`)
  })
  afterAll(() => database.run(`drop owned by ${role}; drop role ${role}, ${reader}, ${other}`))

  /** Runs a function in a transaction, as the role that the policies bind. */
  const asApp = <R>(fn: (tx: Executor) => Promise<R>): Promise<R> =>
    database.db.transaction(async (tx) => {
      await tx.execute(sql.raw(`set local role ${role}`))
      return fn(tx)
    })
  const asTenant = <R>(id: string, fn: (tx: Executor) => Promise<R>): Promise<R> =>
    asApp(async (tx) => {
      await withTenant(tx, id)
      return fn(tx)
    })
  const ids = async (tx: Executor) =>
    (await tx.select({ id: invoices.id }).from(invoices)).map(({ id }) => id)

  test('a tenant sees its rows alone', async () => {
    expect(await asTenant(ACME, ids)).toEqual([1])
    expect(await asTenant(GLOBEX, ids)).toEqual([2])
  })

  test('without a tenant there are no rows, in a first transaction and after one that had a tenant', async () => {
    expect(await asApp(ids)).toEqual([])
    await asTenant(ACME, ids)
    expect(await asApp(ids)).toEqual([])
  })

  test('a row of another tenant is refused, and not changed or deleted', async () => {
    const foreign = asTenant(ACME, (tx) =>
      tx.insert(invoices).values({ id: 3, tenant: GLOBEX as string, total: 1 }),
    )
    await expect(foreign).rejects.toMatchObject({ cause: { code: '42501' } })
    await asTenant(ACME, (tx) => tx.delete(invoices).where(sql`id = 2`))
    await asTenant(ACME, (tx) => tx.update(invoices).set({ total: 0 }).where(sql`id = 2`))
    expect(await asTenant(GLOBEX, (tx) => tx.select().from(invoices))).toMatchObject([{ total: 20 }])
  })

  test('the tenant ends with the transaction, also with one that failed', async () => {
    const failed = asTenant(ACME, (tx) => tx.execute(sql`select 1/0`))
    await expect(failed).rejects.toThrow()
    expect(await asApp(ids)).toEqual([])
  })

  test('an id is bound: what is in it is no SQL', async () => {
    const id = `'); drop table "odd ""schema"""."no""tes"; --`
    await asTenant(id, (tx) => tx.insert(notes).values({ tenant: id, note: 'kept' }))
    expect(await asTenant(id, (tx) => tx.select().from(notes))).toEqual([{ tenant: id, note: 'kept' }])
    expect(await asTenant('other', (tx) => tx.select().from(notes))).toEqual([])
  })

  test('a tenant whose id is longer or finer than the column holds is not taken for another', async () => {
    const kinds = pgSchema('kinds').enum('Kind', ['acme'])
    const cut = customType<{ data: string }>({ dataType: () => 'character varying(4)' })
    const tables = [
      pgTable('of_varchar', { tenant: varchar('tenant_id', { length: 4 }) }),
      pgTable('of_char', { tenant: char('tenant_id', { length: 4 }) }),
      pgTable('of_custom', { tenant: cut('tenant_id') }),
      pgTable('of_enum', { tenant: kinds('tenant_id') }),
      pgTable('of_numeric', { tenant: numeric('tenant_id', { precision: 5, scale: 0 }) }),
    ] as const
    await database.run(
      `create schema kinds; create type kinds."Kind" as enum ('acme'); grant usage on schema kinds to ${role}`,
    )
    const types = ['varchar(4)', 'char(4)', 'varchar(4)', 'kinds."Kind"', 'numeric(5, 0)']
    for (const [index, table] of tables.entries()) {
      const [name, tenant, other] = [
        getTableName(table),
        ...(index < 4 ? ['acme', 'acme corp'] : ['7', '7.4']),
      ]
      await database.run(`create table ${name} (tenant_id ${types[index]}); insert into ${name} values ('${tenant}');
        ${rlsPolicies(table).join(';')}; grant ${FOUR} on ${name} to ${role}`)
      const count = (id: string) => asTenant(id, (tx) => tx.$count(table))
      expect([name, await count(tenant as string)]).toEqual([name, 1])
      // An enum refuses what is none of its values.
      expect([name, await count(other as string).catch(() => 0)]).toEqual([name, 0])
    }
  })

  test.each(['', 'a\0b', 'a\uD800', 7 as never, undefined as never])('refuses %j as an id', async (id) => {
    await expect(asTenant(id, ids)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })

  test('refuses a database that is no transaction, which would forget the tenant at once', async () => {
    await expect(withTenant(database.db, ACME as string)).rejects.toThrow('executor must be a transaction')
  })

  test.each([undefined, {}])('the check refuses %s as a database', async (executor) => {
    await expect(checkTenantIsolation(executor as never)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('checkTenantIsolation: executor must be'),
    })
  })

  test('statements can be run again, and other columns hold tenants too', async () => {
    await database.run(rlsPolicies(invoices).join(';'))
    const shops = pgTable('shops', { shop: integer('shop') })
    expect(rlsPolicies(shops, { column: 'shop' }).at(-1)).toBe(
      `create policy tenant_isolation on "shops" using ("shop" = nullif(current_setting('app.tenant_id', true), '')::integer) with check ("shop" = nullif(current_setting('app.tenant_id', true), '')::integer)`,
    )
    const spelled = pgTable('spelled', { tenantId: text(), own: text('ownTenant') })
    expect(rlsPolicies(spelled).at(-1)).toContain('"tenant_id" = nullif(')
    expect(() => rlsPolicies(spelled, { column: 'own_tenant' })).toThrow('column must be')
    expect(() => rlsPolicies(shops)).toThrow("column must be the name of a column of 'shops'")
    expect(() => rlsPolicies({} as never)).toThrow('table must be a table of drizzle')
  })

  describe('checkTenantIsolation', () => {
    /** Nothing of the statements stays. */
    const check = async (statements?: string, options?: TenantIsolationOptions) => {
      let isContent = false
      const run = database.db.transaction(async (tx) => {
        for (const statement of statements?.split(';') ?? []) await tx.execute(sql.raw(statement))
        await tx.execute(sql.raw(`set local role ${role}`))
        await checkTenantIsolation(tx, options)
        isContent = true
        tx.rollback()
      })
      await run.catch((error: unknown) => {
        if (!isContent) throw error
      })
    }
    const protect = (table: string) => rlsPolicies(pgTable(table, { tenant: text('tenant_id') })).join(';')
    const rejection = async (statements: string): Promise<unknown> => {
      const error = await check(statements).then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      const { problems } = (error as { details?: { problems?: unknown } } | undefined)?.details ?? {}
      if (error !== undefined && problems === undefined) throw error
      return problems
    }

    test('is content with what rlsPolicies gives', async () => {
      await check()
    })

    test.each([
      ['create table loose (tenant_id text)', "Table 'loose' has no row security."],
      [
        'alter table invoices no force row level security',
        "Table 'invoices' does not force row security on its owner.",
      ],
      ['drop policy tenant_isolation on invoices', "Table 'invoices' has no policy that shows any rows."],
      [
        'create policy everyone on invoices using (true)',
        "Table 'invoices' has policies that do not look at app.tenant_id (everyone).",
      ],
      [
        "create policy named on invoices using ('app_tenant_id' <> '')",
        "Table 'invoices' has policies that do not look at app.tenant_id (named).",
      ],
      ...[
        `for all using (true) with check (tenant_id::text = ${TENANT})`,
        `for all using (tenant_id::text = ${TENANT}) with check (true)`,
        'for select using (true)',
        'for insert with check (true)',
        'for delete using (total > 0)',
      ].map((rest) => [
        `create policy extra on invoices ${rest}`,
        "Table 'invoices' has policies that do not look at app.tenant_id (extra).",
      ]),
      ...[
        `for select using (id::text = ${TENANT})`,
        `for all using (tenant_id::text = ${TENANT}) with check (id::text = ${TENANT})`,
        `for select using (${TENANT} <> 'tenant_id')`,
        `for select using (exists (select from (select 1 as "a tenant_id") as of where "a tenant_id"::text = ${TENANT}))`,
      ].map((rest) => [
        `create policy extra on invoices ${rest}`,
        "Table 'invoices' has policies that do not look at its column 'tenant_id' (extra).",
      ]),
      [
        'create materialized view stored as select * from invoices; grant select on stored to public',
        "Materialized view 'stored' has the rows of every tenant.",
      ],
      ...['', 'with (security_invoker = off)', 'with (security_barrier)'].map((options) => [
        `create view shown ${options} as select * from invoices; grant select (id) on shown to public`,
        expect.stringMatching(/^View 'shown' works as its owner '\w+', whom no policy binds\.$/),
      ]),
      ...['select', 'insert (id)', 'truncate'].map((privilege) => [
        `create table parted (id integer, tenant_id text) partition by list (id); ${protect('parted')};
          create table part partition of parted for values in (1); grant ${privilege} on part to public`,
        "Table 'part' has no row security.",
      ]),
      [
        `create table parted (id integer, tenant_id text) partition by list (id); ${protect('parted')};
          create table part partition of parted for values in (1);
          create view of_part as select * from part; alter view of_part owner to ${reader};
          grant select on part to ${reader}; grant select on of_part to public`,
        "Table 'part' has no row security.",
      ],
      [
        `create table parted (id integer, tenant_id text) partition by list (id); ${protect('parted')};
          create table part partition of parted for values in (1); grant select on part to ${reader};
          alter role ${role} noinherit; grant ${reader} to ${role}`,
        "Table 'part' has no row security.",
      ],
      [
        'create table parted (id integer, tenant_id text) partition by list (id); create table part partition of parted for values in (1)',
        "Table 'parted' has no row security.",
      ],
      ...[
        ['materialized view', "Materialized view 'within' has the rows of every tenant (shown by shown)."],
        [
          'view',
          expect.stringMatching(
            /^View 'within' works as its owner '\w+', whom no policy binds \(shown by shown\)\.$/,
          ),
        ],
      ].flatMap(([kind, problem]) =>
        [
          'create view shown as select * from within',
          'create view shown as select id, tenant_id from (select * from within limit 5) as few',
          'create view between as select id as "key", tenant_id as tenant from within; alter view between owner to $; create view shown as select "key" as id, tenant as tenant_id from between',
          'create view between with (security_invoker) as select id from invoices; grant select on between to $; create view shown as select within.* from within join between using (id)',
        ].map((views) => [
          `create ${kind} within as select * from invoices; grant select on within to $; ${views};
            alter view shown owner to $; grant select (id) on shown to public`.replaceAll('$', reader),
          problem,
        ]),
      ),
      ...['select id, tenant_id as tenant from invoices', 'select i as tenant from invoices i'].map(
        (rows) => [
          `create materialized view within as ${rows}; grant select on within to ${reader};
          create view shown as select tenant as tenant_id from within; alter view shown owner to ${reader};
          grant select on shown to public`,
          "Materialized view 'within' has the rows of every tenant (shown by shown).",
        ],
      ),
      // What a view makes of the tenant nobody can tell.
      ...[
        `select *, tenant_id::text = ${TENANT} as is_mine from within`,
        `select * from within where tenant_id::text = ${TENANT} union all select * from within`,
        `select * from within where ${TENANT} is null or tenant_id is not null`,
      ].map((rows) => [
        `create materialized view within as select * from invoices; create view shown as ${rows};
          grant select on within to ${reader}; alter view shown owner to ${reader}; grant select on shown to public`,
        "Materialized view 'within' has the rows of every tenant (shown by shown).",
      ]),
      ...['insert', 'insert (id)', 'update (total)', 'delete'].flatMap((privilege) => {
        const problem = (by: string) =>
          expect.stringMatching(`^View 'shown' works as its owner '\\w+', whom no policy binds${by}\\.$`)
        return [
          [`create view shown as select * from invoices; grant ${privilege} on shown to public`, problem('')],
          [
            `create view shown as select * from invoices; grant ${privilege} on shown to ${reader};
              create view further as select * from shown; alter view further owner to ${reader};
              grant ${privilege} on further to ${role}`,
            problem(' \\(shown by further\\)'),
          ],
        ]
      }),
    ])('names the table after: %s', async (statements, problem) => {
      expect(await rejection(statements)).toEqual([problem])
    })

    test.each([
      `create policy extra on invoices for insert with check (tenant_id::text = ${TENANT})`,
      'create policy extra on invoices as restrictive using (total > 0)',
      `create table odd ("it's" text, tenant_id uuid); alter table odd enable row level security;
        alter table odd force row level security;
        create policy own on odd using ("it's" <> 'it''s' and tenant_id::text = ${TENANT})`,
      `alter table invoices owner to ${role}`,
      `alter table invoices owner to ${other}; grant ${other} to ${role}`,
      'create materialized view stored as select * from invoices',
      'create view shown as select * from invoices',
      'create view shown as select id from invoices; grant select on shown to public',
      'create view shown with (security_invoker) as select * from invoices; grant select on shown to public',
      `create view shown as select * from invoices; grant select on shown to public;
        grant create on schema public to ${role}; alter view shown owner to ${role}`,
      `create table parted (id integer, tenant_id text) partition by list (id); ${protect('parted')};
        create table part partition of parted for values in (1) partition by list (id);
        create table part_of_part partition of part for values in (1); grant ${FOUR} on parted to ${role}`,
      // Within a view that reads as this role, what this role may not read is refused.
      `create materialized view stored as select * from invoices;
        create view between with (security_invoker) as select * from stored;
        create view shown as select * from between; grant select on between, stored to ${reader};
        alter view shown owner to ${reader}; grant select on between, shown to ${role}`,
      'create materialized view stored as select * from invoices; create view shown as select * from stored',
      'create materialized view stored as select * from invoices; grant insert, update, delete, truncate on stored to public',
      'create view shown with (security_invoker) as select * from invoices; grant insert, update, delete on shown to public',
      // Its owner may insert into what it reads, and this role may only delete.
      `create view within as select * from invoices; grant insert on within to ${reader};
        create view shown as select * from within; alter view shown owner to ${reader}; grant delete on shown to ${role}`,
      // Nothing that it reads is shown by what is written to it.
      `create materialized view stored as select * from invoices; grant select on stored, invoices to ${reader};
        create view shown as select * from invoices where id in (select id from stored);
        alter view shown owner to ${reader}; grant insert, update, delete on shown to ${role}`,
      `alter role ${other} bypassrls; grant ${role} to ${other}; grant all on invoices to ${other}; alter table invoices owner to ${other}`,
      // Its owner may not read it, so nobody can through it.
      `create materialized view stored as select * from invoices; create view shown as select * from stored;
        alter view shown owner to ${reader}; grant select on shown to ${role}`,
      `create materialized view rates as select 1 as rate; grant select on rates, invoices to ${reader};
        create view shown as select * from invoices, rates; alter view shown owner to ${reader};
        grant select on shown to ${role}`,
      // Its rule for writing reads one, and shows nothing.
      `create materialized view stored as select * from invoices; grant select on stored, invoices to ${reader};
        create view shown as select * from invoices; create table counts (n integer);
        create rule counted as on insert to shown do instead insert into counts select count(*) from stored;
        alter view shown owner to ${reader}; grant select on shown to ${role}`,
    ])('is content after: %s', async (statements) => {
      await check(statements)
    })

    describe.each(['inherit', 'noinherit'])('as a member of another role, with %s', (inherits) => {
      const asMember = (statements: string) =>
        rejection(
          `alter role ${role} ${inherits}; grant ${other} to ${reader}; grant ${reader} to ${role}; ${statements}`,
        )

      test.each([
        [`alter role ${other} bypassrls`, `Role '${other}', which '${role}' can become, has BYPASSRLS.`],
        [
          `alter role ${other} superuser`,
          `Role '${other}', which '${role}' can become, is a superuser, whom no policy binds.`,
        ],
        [
          `create materialized view stored as select * from invoices; grant select on stored to ${other}`,
          "Materialized view 'stored' has the rows of every tenant.",
        ],
      ])('%s', async (statements, problem) => {
        expect(await asMember(statements)).toEqual([problem])
      })

      test('a view works as the one role that reads it', async () => {
        const problems =
          asMember(`create materialized view stored as select id, tenant_id as tenant from invoices;
          create view shown with (security_invoker) as select tenant as tenant_id from stored;
          grant select on stored to ${other}; grant select on shown to ${role}`)
        const isShown = "Materialized view 'stored' has the rows of every tenant (shown by shown)."
        expect(await problems).toEqual(inherits === 'inherit' ? [isShown] : undefined)
      })
    })

    // Since PostgreSQL 16.
    describe.runIf(database.engine === 'PGlite')('as a member of one that it cannot become', () => {
      test.each([
        ['inherit true, set false', false],
        ['inherit true, set false, admin true', true],
        ['inherit false, set true', true],
      ])('with %s', async (how, canBecome) => {
        const problems = await rejection(
          `alter role ${other} bypassrls; grant ${other} to ${role} with ${how}`,
        )
        const problem = `Role '${other}', which '${role}' can become, has BYPASSRLS.`
        expect(problems).toEqual(canBecome ? [problem] : undefined)
      })

      test('what it reads by that role is looked at', async () => {
        const problems = await rejection(`grant ${other} to ${role} with inherit true, set false;
          create materialized view stored as select * from invoices; grant select on stored to ${other}`)
        expect(problems).toEqual(["Materialized view 'stored' has the rows of every tenant."])
      })
    })

    describe('of a view that filters by the tenant', () => {
      const totals = `create materialized view totals as select tenant_id, count(*) as n from invoices group by 1;
        grant select on totals to ${reader}; create view shown with (security_barrier) as
        select * from totals where tenant_id::text = ${TENANT}; alter view shown owner to ${reader};
        create view further as select * from shown; alter view further owner to ${reader};
        grant select on shown, further to ${role}`
      const problem = "Materialized view 'totals' has the rows of every tenant (shown by further, shown)."

      test('names what it reads, unless it is trusted', async () => {
        await expect(check(totals)).rejects.toThrow(problem)
        await check(totals, { trustedViews: ['shown'] })
      })

      test.each([
        ['totals', `grant select on totals to ${role}`],
        [
          'by_owner',
          `create view by_owner as select * from invoices where tenant_id::text = ${TENANT}; grant select on by_owner to ${role}`,
        ],
        [
          '"odd ""schema"""."A view"',
          `create view "odd ""schema"""."A view" as select * from invoices; grant select on "odd ""schema"""."A view" to ${role}`,
        ],
      ])('trusts %s by the name that the problem gives it', async (name, statements) => {
        const all = `${totals}; ${statements}`
        await expect(check(all, { trustedViews: ['shown'] })).rejects.toThrow(`iew '${name}' `)
        await check(all, { trustedViews: ['shown', name] })
      })

      test('what is trusted is trusted alone', async () => {
        const around = `${totals}; create view around as select * from totals; alter view around owner to ${reader};
          grant select on around to ${role}`
        await expect(check(around, { trustedViews: ['shown'] })).rejects.toThrow(
          "Materialized view 'totals' has the rows of every tenant (shown by around).",
        )
      })

      test('names one that is trusted and not there', async () => {
        await expect(check('', { trustedViews: ['ghost', 'invoices'] })).rejects.toThrow(
          "View 'ghost', which is trusted, does not exist. View 'invoices', which is trusted, does not exist.",
        )
      })

      test.each(['shown', [''], [7], {}])('refuses %j', async (trustedViews) => {
        await expect(check('select 1', { trustedViews } as never)).rejects.toThrow('trustedViews must be')
      })
    })

    test('looks for the column that holds the tenant', async () => {
      const policyOn = (column: string) =>
        check(
          `create table shops ("Shop" text, other text); alter table shops enable row level security;
            alter table shops force row level security; create policy own on shops using (${column} = ${TENANT})`,
          { column: 'Shop' },
        )
      await policyOn('"Shop"')
      await expect(policyOn('other')).rejects.toThrow(
        "Table 'shops' has policies that do not look at its column 'Shop' (own).",
      )
    })

    test('policies of a table that is named and lacks the column look at the tenant alone', async () => {
      const lines = pgTable('lines', { invoice: text() })
      const policyFor = (value: string) =>
        check(
          `create table lines (invoice text); alter table lines enable row level security;
            alter table lines force row level security; create policy own on lines using (invoice = ${value})`,
          { tables: [lines] },
        )
      await policyFor(TENANT)
      await expect(policyFor("'7'")).rejects.toThrow(
        "Table 'lines' has policies that do not look at app.tenant_id (own).",
      )
    })

    test('names a role that passes policies by', async () => {
      const bypass = `grant usage on schema public to ${role}`
      await expect(database.db.transaction((tx) => checkTenantIsolation(tx))).rejects.toMatchObject({
        code: 'TENANTS_NOT_ISOLATED',
        kind: 'internal',
        message: expect.stringMatching(/Role '\w+' is a superuser/),
      })
      await database.run(`alter role ${role} bypassrls; ${bypass}`)
      expect(await rejection('select 1')).toEqual([`Role '${role}' has BYPASSRLS.`])
      await database.run(`alter role ${role} nobypassrls`)
    })

    test('names a table that is expected and not there', async () => {
      const ghosts = pgTable('ghosts', { id: integer() })
      await expect(asApp((tx) => checkTenantIsolation(tx, { tables: [ghosts] }))).rejects.toThrow(
        `Table '"ghosts"' does not exist.`,
      )
    })

    test.each(['invoices', [undefined], [{}], {}, 7])('refuses %j in the place of tables', async (tables) => {
      await expect(check('select 1', { tables } as never)).rejects.toThrow('tables must be tables of drizzle')
    })
  })
})

describeWithService('postgres', (postgres) => {
  const role = `tenant_alternating_${process.pid}`
  let admin: pg.Client
  beforeAll(async () => {
    admin = new pg.Client({ connectionString: postgres.url })
    await admin.connect()
    await admin.query(`${TABLES}; create role ${role}; grant ${FOUR} on invoices to ${role}`)
    for (const statement of [...rlsPolicies(invoices), ...rlsPolicies(notes)]) await admin.query(statement)
  })
  afterAll(async () => {
    await admin.query(`drop owned by ${role}; drop role ${role}`)
    await admin.end()
  })

  test('alternating transactions on a pool of 1 show no foreign row', { timeout: 600_000 }, async () => {
    const pool = new pg.Pool({ connectionString: postgres.url, max: 1, options: `-c role=${role}` })
    try {
      const units = drizzleUnitOfWork(nodePostgres(pool), (executor) => ({
        tenant: { set: (id: string) => withTenant(executor, id) },
        invoices: drizzleRepository({ executor, table: invoices }),
        raw: { rows: async () => rowsOf(await executor.execute(sql`select tenant_id from invoices`)) },
      }))
      await checkTenantIsolation(drizzle(pool))
      const count = runs({ ci: 10_000, soak: 100_000 })
      for (let index = 0; index < count; index++) {
        const tenant = (index % 2 === 0 ? ACME : GLOBEX) as string
        const isForgotten = index % 5 === 4
        const rows = await units.run(async (tx) => {
          if (!isForgotten) await tx.tenant.set(tenant)
          return tx.raw.rows()
        })
        expect(rows).toEqual(isForgotten ? [] : [{ tenant_id: tenant }])
      }
      expect(pool.totalCount).toBe(1)
    } finally {
      await pool.end()
    }
  })
})
