import { always } from '@base/domain/specification'
import { TransactionAbortedError, TransactionClosedError } from '@base/domain/unit-of-work'
import { describeWithService } from '@base-internal/tools/services'
import { PGlite } from '@electric-sql/pglite'
import { sql } from 'drizzle-orm'
import { drizzle as onPool } from 'drizzle-orm/node-postgres'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { drizzle as onClient } from 'drizzle-orm/pglite'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Executor, isTransaction, rowsOf } from '../executor.js'
import { drizzleRepository } from '../repository/index.js'
import {
  drizzleUnitOfWork,
  NestedRootQueryError,
  nodePostgres,
  pglite,
  type UnitDatabase,
  type UnitDatabaseOptions,
} from './index.js'
import { gate, item, rejection, TABLE, unitsOn } from './test-units.js'

const items = pgTable('items', {
  id: integer().primaryKey(),
  n: integer().notNull(),
  version: integer().notNull(),
})

const boom = sql`select 1/0`

/** What holds on both engines. */
function promises(
  at: () => {
    readonly database: UnitDatabase
    readonly root: Executor
    on(options: UnitDatabaseOptions): UnitDatabase
  },
): void {
  const units = () => unitsOn(at().database)
  const ids = async () => (await units().run((tx) => tx.items.find(always()))).map(({ id }) => id).sort()
  beforeEach(() => at().root.delete(items))

  test('columns are called as the casing of drizzle says that is beside them', async () => {
    const table = pgTable('spelled', { id: integer().primaryKey(), tenantId: text() })
    await at().root.execute(sql`create table if not exists spelled (id integer primary key, tenant_id text)`)
    const spelled = drizzleUnitOfWork(at().on({ casing: 'snake_case' }), (executor) => ({
      rows: drizzleRepository({ executor, table }),
    }))
    const saved = await spelled.run(({ rows }) => rows.save({ id: 1, tenantId: 'a' }))
    expect(saved).toEqual({ id: 1, tenantId: 'a' })
    expect(await spelled.run(({ rows }) => rows.find(always()))).toEqual([saved])
  })

  test('whatever is called alike in another database', async () => {
    const casing = 'snake_case'
    const [one, other] = [await PGlite.create(), await PGlite.create()]
    await one.exec('create table twins (id integer primary key, first_name text)')
    await other.exec('create table twins (id integer primary key, tenant_id text)')
    const first = pgTable('twins', { id: integer().primaryKey(), firstName: text() })
    const second = pgTable('twins', { id: integer().primaryKey(), tenantId: text() })
    const units = [
      drizzleUnitOfWork(pglite(one, { casing }), (executor) => ({
        rows: drizzleRepository({ executor, table: first }),
      })),
      drizzleUnitOfWork(pglite(other, { casing }), (executor) => ({
        rows: drizzleRepository({ executor, table: second }),
      })),
    ] as const
    expect(await units[0].run(({ rows }) => rows.save({ id: 1, firstName: 'Ada' }))).toEqual({
      id: 1,
      firstName: 'Ada',
    })
    expect(await units[1].run(({ rows }) => rows.save({ id: 1, tenantId: 'a' }))).toEqual({
      id: 1,
      tenantId: 'a',
    })
    await Promise.all([one.close(), other.close()])
  })

  test.each([{ casing: 'kebab-case' }, 7, null])('is not to be had with %j', (options) => {
    expect(() => at().on(options as never)).toThrow(/must be/)
  })

  describe('what drivers hide', () => {
    test('a statement that failed, swallowed, fails the unit: its COMMIT is answered by ROLLBACK', async () => {
      const error = await rejection(
        units().run(async (tx) => {
          await tx.items.save(item(1))
          await tx.raw.executor.execute(boom).catch(() => {})
          return 'success'
        }),
      )
      expect(error).toBeInstanceOf(TransactionAbortedError)
      expect(error).toMatchObject({ cause: { cause: { code: '22012' } } })
      expect(await ids()).toEqual([])
    })

    test('so does one of a repository, and what follows it is told why', async () => {
      let second: unknown
      const error = await rejection(
        units().run(async (tx) => {
          await tx.items.save(item(1))
          await tx.items.save(item(1)).catch(() => {})
          await tx.raw.executor.execute(boom).catch(() => {})
          second = await rejection(tx.items.count(always()))
        }),
      )
      expect(error).toMatchObject({ code: 'TRANSACTION_ABORTED' })
      expect(second).toMatchObject({ code: 'TRANSACTION_ABORTED', cause: { cause: { code: '22012' } } })
      expect(await ids()).toEqual([])
    })

    test('one in a nested unit fails that one alone', async () => {
      const both = units()
      await both.run(async (tx) => {
        await tx.items.save(item(2))
        const nested = both.run(
          async (inner) => {
            await inner.items.save(item(3))
            await inner.raw.executor.execute(boom).catch(() => {})
          },
          { propagation: 'nested' },
        )
        expect(await rejection(nested)).toMatchObject({ code: 'TRANSACTION_ABORTED' })
        await tx.items.save(item(4))
      })
      expect(await ids()).toEqual([2, 4])
    })

    test.each([
      'begin',
      'start transaction read only',
      'COMMIT',
      ' ;end',
      '-- all of it\n/* and\n more **/ Rollback work',
      'abort',
      'commit and chain',
      'rollback transaction and chain',
      "prepare transaction 'later'",
      'start/**/transaction',
      '/* /* nested */ one */ commit',
      'select 1; commit',
      "select 'it''s' as \"a;b\", $$;$$ as c; -- now\rrollback; select 2",
    ])('one that would begin or end a transaction (%s) is refused before it is sent', async (statement) => {
      const handled = await units().run(async (tx) => {
        await tx.items.save(item(1))
        const error = await rejection(tx.raw.executor.execute(sql.raw(statement)))
        await tx.items.save(item(2))
        return error
      })
      expect(handled).toMatchObject({ code: 'UNSUPPORTED', kind: 'unsupported' })
      expect(await ids()).toEqual([1, 2])
      const thrown = units().run(async (tx) => {
        await tx.items.save(item(3))
        await tx.raw.executor.transaction((inner) => inner.execute(sql.raw(statement)))
      })
      expect(await rejection(thrown)).toMatchObject({ code: 'UNSUPPORTED' })
      expect(await ids()).toEqual([1, 2])
    })

    test('savepoints of the user and statements that only look alike are sent', async () => {
      await units().run(async (tx) => {
        const send = (statement: string) => tx.raw.executor.execute(sql.raw(statement))
        await tx.items.save(item(1))
        await send('savepoint mine')
        await tx.items.save(item(2))
        await send('rollback to mine')
        await tx.items.save(item(3))
        await send('rollback work to savepoint mine')
        await send('/* commit */ select 1 as commit')
        await send('rollback /* all */ to mine')
        await send('-- rollback\nselect 1')
        await send('/* /* nested */ commit */ select 1')
        await send('prepare transaction as select 1')
        await send('deallocate transaction')
      })
      expect(await ids()).toEqual([1])
    })

    test('one that comes in beforeCommit is seen too', async () => {
      const error = await rejection(
        units().run(async (tx, unit) => {
          await tx.items.save(item(1))
          unit.beforeCommit(() => tx.raw.executor.execute(boom).catch(() => {}))
        }),
      )
      expect(error).toMatchObject({ code: 'TRANSACTION_ABORTED', cause: { cause: { code: '22012' } } })
      expect(await ids()).toEqual([])
    })

    test('one that was taken back by a savepoint of the user is forgotten', async () => {
      await units().run(async (tx) => {
        const { executor } = tx.raw
        await tx.items.save(item(1))
        await executor.transaction((inner) => inner.execute(boom)).catch(() => {})
        await executor.execute(sql`savepoint own`)
        await executor.execute(boom).catch(() => {})
        await executor.execute(sql`rollback to savepoint own`)
      })
      expect(await ids()).toEqual([1])
    })

    test('an executor that was kept does not work after the end, on nobody else either', async () => {
      for (const fails of [false, true]) {
        let kept: Executor | undefined
        await units()
          .run(async (tx) => {
            kept = tx.raw.executor
            if (fails) throw new Error('no')
          })
          .catch(() => {})
        const executor = kept as Executor
        await expect(executor.insert(items).values(item(1))).rejects.toBeInstanceOf(TransactionClosedError)
        await expect(executor.execute(sql`select 1`)).rejects.toBeInstanceOf(TransactionClosedError)
        await expect(executor.select().from(items)).rejects.toBeInstanceOf(TransactionClosedError)
        await expect(executor.transaction(async () => {})).rejects.toBeInstanceOf(TransactionClosedError)
      }
      expect(await ids()).toEqual([])
    })

    test('errors of statements show no value, and keep the code of the database', async () => {
      const error = (await rejection(
        units().run((tx) => tx.raw.executor.execute(sql`select ${'secret'}::text::integer`)),
      )) as Error
      expect(error).toMatchObject({ kind: 'invalid', cause: { code: '22P02' } })
      expect(error.message).not.toContain('secret')
    })
  })

  describe('within a unit', () => {
    test('the executor is known for a transaction, and its own transaction is a savepoint', async () => {
      await units().run(async (tx) => {
        const { executor } = tx.raw
        expect(isTransaction(executor)).toBe(true)
        await tx.items.save(item(1))
        const failed = executor.transaction(async (inner) => {
          await inner.insert(items).values(item(2))
          await inner.transaction((deeper) => deeper.insert(items).values(item(3)))
          throw new Error('no')
        })
        await expect(failed).rejects.toThrow('no')
        await executor.transaction((inner) => inner.insert(items).values(item(4)))
      })
      expect(await ids()).toEqual([1, 4])
    })

    test('savepoints that are begun at once do not take each other along', async () => {
      const both = units()
      await both.run(async (tx) => {
        const outcomes = await Promise.allSettled([
          tx.items.saveMany([item(1), item(2)]),
          tx.items.saveMany([item(1), item(3)]),
          both.run(({ items: inner }) => inner.saveMany([item(4), item(5)]), { propagation: 'nested' }),
          tx.items.saveMany([item(6), item(6)]),
          both.run(() => Promise.reject(new Error('no')), { propagation: 'nested' }),
          tx.items.saveMany([item(7), item(8)]),
        ])
        expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([
          true,
          false,
          true,
          false,
          false,
          true,
        ])
      })
      expect(await ids()).toEqual([1, 2, 4, 5, 7, 8])
    })

    test('what is saved beside many that are refused is kept', async () => {
      await units().run(async (tx) => {
        const many = Promise.allSettled([tx.items.saveMany([item(1), item(2), item(2)])])
        // From before the first statement to after the last, at each of its turns.
        const others = []
        for (let id = 10; id < 40; id++) {
          others.push(tx.items.save(item(id)))
          await new Promise((resolve) => setImmediate(resolve))
        }
        expect(await many).toMatchObject([{ status: 'rejected' }])
        await Promise.all(others)
      })
      expect(await ids()).toEqual(Array.from({ length: 30 }, (_, index) => 10 + index))
    })

    test('one savepoint within another, by way of the outer executor, does not wait for itself', async () => {
      const both = units()
      await both.run(async (tx) => {
        await tx.raw.executor.transaction(async () => {
          await tx.items.saveMany([item(1), item(2)])
          await both.run((inner) => inner.items.saveMany([item(3), item(4)]), { propagation: 'nested' })
          await tx.raw.executor.transaction(() => tx.items.saveMany([item(5), item(6)]))
        })
      })
      expect(await ids()).toEqual([1, 2, 3, 4, 5, 6])
    })

    test('statements that are begun at once go one by one', async () => {
      await units().run(async (tx) => {
        await Promise.all(Array.from({ length: 20 }, (_, id) => tx.items.save(item(id))))
      })
      expect(await ids()).toHaveLength(20)
    })

    test('one that nobody waits for is done before the commit, or not at all', async () => {
      let late: Promise<unknown> | undefined
      await units().run(async (tx) => {
        late = tx.items.save(item(1))
        late.catch(() => {})
      })
      const isSaved = await (late as Promise<unknown>).then(
        () => true,
        () => false,
      )
      expect(await ids()).toEqual(isSaved ? [1] : [])
    })

    test('repositories are made once for each transaction', async () => {
      let made = 0
      const counted = drizzleUnitOfWork(at().database, () => {
        made++
        return {}
      })
      await counted.run(() => counted.run(async () => counted.run(async () => {}, { propagation: 'nested' })))
      expect(made).toBe(1)
    })

    test.each([
      ['nothing', () => undefined],
      ['a text', () => 'repositories'],
      ['a promise', async () => ({})],
      ['a promise that rejects', async () => Promise.reject(new Error('no'))],
    ])('repositories that are %s are refused, and leave no transaction open', async (_, make) => {
      for (const _ of [1, 2, 3, 4, 5, 6])
        await expect(
          drizzleUnitOfWork(at().database, make as never).run(async () => {}),
        ).rejects.toMatchObject({
          code: 'INVALID_OPTION',
          details: { option: 'repositories' },
        })
    })

    test('repositories that cannot be made leave no transaction open', async () => {
      const failing = drizzleUnitOfWork(at().database, (): object => {
        throw new Error('no')
      })
      await expect(failing.run(async () => {})).rejects.toThrow('no')
      expect(await ids()).toEqual([])
    })

    test('the level is the one asked for, or else that of the options', async () => {
      const level = (options: object, isolation?: 'serializable') =>
        unitsOn(at().database, options).run(
          async (tx) => {
            const [row] = rowsOf(await tx.raw.executor.execute(sql`show transaction_isolation`))
            return row?.['transaction_isolation']
          },
          isolation === undefined ? {} : { isolation },
        )
      expect(await level({})).toBe('read committed')
      expect(await level({ isolation: 'repeatable read' })).toBe('repeatable read')
      expect(await level({ isolation: 'repeatable read' }, 'serializable')).toBe('serializable')
    })

    test('who saves a row as it was before it was saved is too late', async () => {
      await units().run((tx) => tx.items.save(item(1)))
      const error = await rejection(
        units().run(async (tx) => {
          const read = await tx.items.getById(1)
          await tx.items.save({ ...read, n: 10 })
          await tx.items.save({ ...read, n: 20 })
        }),
      )
      expect(error).toMatchObject({ code: 'CONFLICT', details: { expected: 1, actual: 2 } })
    })
  })

  test('a serialization failure that comes with the COMMIT alone runs the unit again', async () => {
    await at().root.execute(sql`create sequence if not exists commits`)
    await at().root.execute(sql`create or replace function fail_twice() returns trigger language plpgsql as $$
      begin if nextval('commits') < 3 then raise exception 'again' using errcode = '40001'; end if; return null; end $$`)
    await at().root.execute(sql`create constraint trigger fail_twice after insert on items
      deferrable initially deferred for each row execute function fail_twice()`)
    try {
      let runs = 0
      await units().run(async (tx) => {
        runs++
        await tx.items.save(item(1))
      })
      expect(runs).toBe(3)
      expect(await ids()).toEqual([1])
    } finally {
      await at().root.execute(sql`drop trigger fail_twice on items`)
    }
  })

  test.each([
    [
      'a database',
      () => drizzleUnitOfWork({} as never, () => ({})),
      'database must be nodePostgres(pool) or',
    ],
    ['repositories', () => drizzleUnitOfWork(at().database, {} as never), 'repositories must be a function'],
    [
      'an isolation',
      () => unitsOn(at().database, { isolation: 'dirty' as never }),
      'isolation must be one of',
    ],
    ['a clock', () => unitsOn(at().database, { clock: {} as never }), 'clock must be an object with'],
  ])('refuses %s that is none', (_, make, message) => {
    expect(make).toThrow(`@base/drizzle drizzleUnitOfWork: ${message}`)
  })
}

describe('drizzleUnitOfWork on PGlite', () => {
  let client: PGlite
  beforeAll(async () => {
    client = await PGlite.create()
    await client.exec(TABLE)
  }, 60_000)
  afterAll(() => client.close())

  promises(() => ({
    database: pglite(client),
    root: onClient(client),
    on: (options) => pglite(client, options),
  }))

  describe('a query that goes past the unit', () => {
    const past: [string, (root: Executor) => PromiseLike<unknown>][] = [
      ['of drizzle', (root) => root.select().from(items)],
      ['in a transaction of drizzle', (root) => root.transaction(async () => {})],
      ['of the client', () => client.query('select 1')],
      ['of the client, as a template', () => client.sql`select 1`],
      ['of several statements', () => client.exec('select 1; select 2')],
      ['in a unit of another unit of work', () => unitsOn(pglite(client)).run(async () => {})],
      ['that closes the client', () => client.close()],
    ]
    test.each(past)('%s is refused at once, instead of waiting for ever', async (_, query) => {
      await unitsOn(pglite(client)).run(async (tx) => {
        const error = await rejection(query(onClient(client)))
        // Drizzle wraps what its drivers throw.
        const thrown = error instanceof NestedRootQueryError ? error : (error as Error).cause
        expect(thrown).toMatchObject({ code: 'NESTED_ROOT_QUERY', kind: 'conflict' })
        await tx.items.save(item(1))
      })
      await client.exec('delete from items')
    })

    test('is served outside of it, also while a unit is open elsewhere', async () => {
      const [began, end] = [gate(), gate()]
      const run = unitsOn(pglite(client)).run(async (tx) => {
        await tx.items.save(item(1))
        began.open()
        await end.opened
      })
      await began.opened
      const counted = client.query('select count(*)::int as n from items')
      end.open()
      expect((await counted).rows).toEqual([{ n: 1 }])
      await run
    })

    test('is served in afterCommit', async () => {
      let rows: unknown
      await unitsOn(pglite(client)).run(async (_, unit) => {
        unit.afterCommit(async () => {
          rows = (await client.query('select 1 as n')).rows
        })
      })
      expect(rows).toEqual([{ n: 1 }])
    })
  })

  test('requires_new is not to be had, and the unit goes on', async () => {
    const units = unitsOn(pglite(client))
    await units.run(async (tx) => {
      const inner = units.run(async () => {}, { propagation: 'requires_new' })
      expect(await rejection(inner)).toMatchObject({ kind: 'unsupported' })
      await tx.items.count(always())
    })
  })

  test('an abort ends the wait for the client, and what waited does not run', async () => {
    const units = unitsOn(pglite(client))
    const [began, end] = [gate(), gate()]
    const first = units.run(async () => {
      began.open()
      await end.opened
    })
    await began.opened
    const controller = new AbortController()
    const second = rejection(units.run(() => expect.unreachable(), { signal: controller.signal }))
    controller.abort(new Error('gone'))
    expect(await second).toMatchObject({ message: 'gone' })
    end.open()
    await first
    await units.run(async () => {})
  })

  test.each([{}, null, undefined, { query() {} }])('refuses %j as a client', (value) => {
    expect(() => pglite(value as never)).toThrow('@base/drizzle pglite: client must be an object with')
  })
})

describeWithService('postgres', (postgres) => {
  describe('drizzleUnitOfWork on a server', () => {
    let pool: pg.Pool
    beforeAll(async () => {
      pool = new pg.Pool({ connectionString: postgres.url, max: 4 })
      await pool.query(TABLE)
    })
    afterAll(() => pool.end())

    promises(() => ({
      database: nodePostgres(pool),
      root: onPool(pool),
      on: (options) => nodePostgres(pool, options),
    }))

    describe('a query that goes past the unit', () => {
      const small = async (max: number, fn: (small: pg.Pool) => Promise<void>) => {
        const own = new pg.Pool({ connectionString: postgres.url, max })
        try {
          await fn(own)
          expect([own.totalCount - own.idleCount, own.waitingCount]).toEqual([0, 0])
        } finally {
          await own.end()
        }
      }

      test('on a pool of 1 is refused at once, instead of waiting for ever', () =>
        small(1, async (own) => {
          const units = unitsOn(nodePostgres(own))
          await units.run(async () => {
            const root = onPool(own)
            const refused = { code: 'NESTED_ROOT_QUERY', kind: 'conflict' }
            expect(await rejection(own.query('select 1'))).toMatchObject(refused)
            expect(await rejection(own.connect())).toMatchObject(refused)
            expect(await rejection(root.select().from(items))).toMatchObject({ cause: refused })
            expect(await rejection(root.transaction(async () => {}))).toMatchObject(refused)
            const another = units.run(async () => {}, { propagation: 'requires_new' })
            expect(await rejection(another)).toMatchObject(refused)
          })
          await own.query('select 1')
        }))

      test('is served while there are connections that somebody may give back', () =>
        small(2, async (own) => {
          await unitsOn(nodePostgres(own))
            .run(async (tx) => {
              await tx.items.save(item(1))
              const { rows } = await own.query('select count(*)::int as n from items')
              expect(rows).toEqual([{ n: 0 }])
              throw new Error('undo')
            })
            .catch((error: Error) => expect(error.message).toBe('undo'))
        }))

      test('of the last unit that does not wait yet is refused: else all would wait for each other', () =>
        small(2, async (own) => {
          const units = unitsOn(nodePostgres(own))
          const both = gate()
          let open = 0
          const work = () =>
            units.run(async () => {
              if (++open === 2) both.open()
              await both.opened
              await own.query('select 1')
            })
          const outcomes = await Promise.allSettled([work(), work()])
          expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
          const refused = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult
          expect(refused.reason).toMatchObject({ code: 'NESTED_ROOT_QUERY' })
        }))
    })

    test('an abort cancels the statement that runs', async () => {
      const controller = new AbortController()
      const reason = new Error('gone')
      const units = unitsOn(nodePostgres(pool))
      const run = rejection(
        units.run(
          async (tx) => {
            await tx.items.save(item(1))
            await tx.raw.executor.execute(sql`select pg_sleep(600) /* long */`)
          },
          { signal: controller.signal },
        ),
      )
      const sleeping = `select count(*)::int as n from pg_stat_activity
        where state = 'active' and query like '%/* long */%' and pid <> pg_backend_pid()`
      const count = async () => (await pool.query(sleeping)).rows[0].n
      while ((await count()) === 0);
      controller.abort(reason)
      expect(await run).toBe(reason)
      expect(await count()).toBe(0)
      expect(await units.run((tx) => tx.items.count(always()))).toBe(0)
    })

    test('an abort ends the wait for a connection, which is given back when it comes', async () => {
      const own = new pg.Pool({ connectionString: postgres.url, max: 1 })
      const holder = await own.connect()
      const controller = new AbortController()
      const run = rejection(
        unitsOn(nodePostgres(own)).run(() => expect.unreachable(), { signal: controller.signal }),
      )
      controller.abort(new Error('gone'))
      expect(await run).toMatchObject({ message: 'gone' })
      holder.release()
      await own.query('select 1')
      expect([own.totalCount, own.idleCount]).toEqual([1, 1])
      await own.end()
    })

    test('a deadlock is run again', async () => {
      const units = unitsOn(nodePostgres(pool))
      await units.run((tx) => tx.items.saveMany([item(1), item(2)]))
      const both = gate()
      let runs = 0
      const work = (ids: readonly [number, number]) =>
        units.run(async (tx) => {
          const add = (id: number) =>
            tx.raw.executor.execute(sql`update items set n = n + 1 where id = ${id}`)
          await add(ids[0])
          if (++runs === 2) both.open()
          await both.opened
          await add(ids[1])
        })
      await Promise.all([work([1, 2]), work([2, 1])])
      // Who runs again may be quicker than who still wakes up, and meet it once more.
      expect(runs).toBeGreaterThanOrEqual(3)
      expect((await pool.query('select n from items order by id')).rows).toEqual([{ n: 3 }, { n: 4 }])
    })

    test('a rule that spans rows holds in serializable units', async () => {
      const units = unitsOn(nodePostgres(pool), { isolation: 'serializable' })
      await units.run((tx) => tx.items.saveMany([item(1, 1), item(2, 1)]))
      const [both, runs] = [gate(), { count: 0 }]
      // One at least stays on duty.
      const leave = (id: number) =>
        units.run(async (tx) => {
          const onDuty = await tx.items.find(always())
          if (++runs.count === 2) both.open()
          await both.opened
          const own = onDuty.find((one) => one.id === id)
          if (own !== undefined && onDuty.filter(({ n }) => n === 1).length > 1)
            await tx.items.save({ ...own, n: 0 })
        })
      await Promise.all([leave(1), leave(2)])
      expect(runs.count).toBeGreaterThan(2)
      expect((await pool.query('select sum(n)::int as n from items')).rows).toEqual([{ n: 1 }])
    })

    test.each([{}, null, undefined])('refuses %j as a pool', (value) => {
      expect(() => nodePostgres(value as never)).toThrow(
        '@base/drizzle nodePostgres: pool must be an object with',
      )
    })
  })
})
