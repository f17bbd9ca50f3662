import { execFileSync } from 'node:child_process'
import { getEventListeners } from 'node:events'
import { statSync } from 'node:fs'
import { TestClock } from '@base/core/testing'
import { always } from '@base/domain/specification'
import {
  describeWithPrivateService,
  describeWithService,
  type Line,
  lineTo,
} from '@base-internal/tools/services'
import { sql } from 'drizzle-orm'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { rowsOf } from '../executor.js'
import { nodePostgres } from './index.js'
import { gate, item, rejection, TABLE, unitsOn } from './test-units.js'

/** Nobody holds a connection, nobody waits for one, and a unit works. */
async function expectUsable(pool: pg.Pool): Promise<void> {
  expect([pool.totalCount - pool.idleCount, pool.waitingCount]).toEqual([0, 0])
  await unitsOn(nodePostgres(pool)).run((tx) => tx.items.count(always()))
}

/** A pool whose idle connections may break, as a service's would. */
function poolOn(url: string, options: pg.PoolConfig = {}): pg.Pool {
  return new pg.Pool({ connectionString: url, max: 2, ...options }).on('error', () => {})
}

const terminate = sql`select pg_terminate_backend(pg_backend_pid())`

describeWithService('postgres', (postgres) => {
  let admin: pg.Pool
  const ids = async () => (await admin.query('select id from items order by id')).rows.map(({ id }) => id)

  beforeAll(async () => {
    admin = new pg.Pool({ connectionString: postgres.url, max: 2 })
    await admin.query(TABLE)
  })
  beforeEach(async () => {
    await admin.query('delete from items')
  })
  afterAll(() => admin.end())

  describe('a line that breaks', () => {
    let line: Line
    let pool: pg.Pool
    beforeEach(async () => {
      line = await lineTo(postgres.url)
      pool = poolOn(line.url, { max: 5 })
    })
    afterEach(async () => {
      await pool.end()
      await line[Symbol.asyncDispose]()
    })

    test('at BEGIN, 100 times on a pool of 5, leaks no connection', async () => {
      const units = unitsOn(nodePostgres(pool))
      line.cut('begin')
      const failed = await Promise.all(
        Array.from({ length: 100 }, () => rejection(units.run((tx) => tx.items.save(item(1))))),
      )
      for (const error of failed) expect(error).toMatchObject({ kind: 'unavailable' })
      line.cut(undefined)
      await expectUsable(pool)
    })

    test('at ROLLBACK keeps the first error, and the connection is closed', async () => {
      line.cut('rollback')
      const fault = new Error('no stock')
      const error = await rejection(
        unitsOn(nodePostgres(pool)).run(async (tx) => {
          await tx.items.save(item(1))
          throw fault
        }),
      )
      expect(error).toBe(fault)
      expect(pool.totalCount).toBe(0)
      line.cut(undefined)
      await expectUsable(pool)
      expect(await ids()).toEqual([])
    })

    test('at a statement rolls everything back', async () => {
      const units = unitsOn(nodePostgres(pool))
      const error = await rejection(
        units.run(async (tx) => {
          await tx.items.save(item(1))
          line.cut('insert')
          await tx.items.save(item(2))
        }),
      )
      expect(error).toMatchObject({ kind: 'unavailable' })
      line.cut(undefined)
      await expectUsable(pool)
      expect(await ids()).toEqual([])
    })

    test.each([
      ['before the statement', []],
      ['before the answer', [1]],
    ] as const)('at COMMIT, %s, is reported as not known, and not run again', async (where, expected) => {
      let runs = 0
      const error = await rejection(
        unitsOn(nodePostgres(pool)).run(async (tx) => {
          runs++
          await tx.items.save(item(1))
          line.cut('commit', where)
        }),
      )
      expect(error).toMatchObject({ code: 'COMMIT_UNKNOWN', kind: 'unavailable' })
      expect(runs).toBe(1)
      line.cut(undefined)
      await expectUsable(pool)
      expect(await ids()).toEqual(expected)
    })

    test('at an abort, so that nothing can be cancelled, ends the unit all the same', async () => {
      const controller = new AbortController()
      const error = await rejection(
        unitsOn(nodePostgres(pool)).run(
          async (tx) => {
            await tx.items.save(item(1))
            line.cut('pg_sleep')
            const statement = tx.raw.executor.execute(sql`select pg_sleep(600)`)
            controller.abort(new Error('gone'))
            await statement
          },
          { signal: controller.signal },
        ),
      )
      expect(error).toMatchObject({ message: 'gone' })
      line.cut(undefined)
      await expectUsable(pool)
    })
  })

  describe('a line that is silent', () => {
    /** Once somebody waits by the clock, lets the time for a rollback pass. */
    const giveUp = async (clock: TestClock) => {
      while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve))
      await clock.advance('5s')
    }

    test('after an abort is given up after 5 seconds', async () => {
      await using line = await lineTo(postgres.url)
      const [pool, clock, controller] = [poolOn(line.url), new TestClock(), new AbortController()]
      line.cut('pg_sleep', 'silently')
      const run = rejection(
        unitsOn(nodePostgres(pool), { clock }).run(
          async (tx) => {
            await tx.items.save(item(1))
            await tx.raw.executor.execute(sql`select pg_sleep(600) /* silent */`)
          },
          { signal: controller.signal },
        ),
      )
      const sleeping = `select count(*)::int as n from pg_stat_activity
        where state = 'active' and query like '%/* silent */%' and pid <> pg_backend_pid()`
      while ((await admin.query(sleeping)).rows[0].n === 0);
      controller.abort(new Error('gone'))
      await giveUp(clock)
      expect(await run).toMatchObject({ message: 'gone' })
      expect(pool.totalCount).toBe(0)
      line.cut(undefined)
      await expectUsable(pool)
      expect(await ids()).toEqual([])
      await pool.end()
    })

    test('at ROLLBACK is given up after 5 seconds, with the first error', async () => {
      await using line = await lineTo(postgres.url)
      const [pool, clock, fault] = [poolOn(line.url), new TestClock(), new Error('no stock')]
      line.cut('rollback', 'silently')
      const run = rejection(
        unitsOn(nodePostgres(pool), { clock }).run(async (tx) => {
          await tx.items.save(item(1))
          throw fault
        }),
      )
      await giveUp(clock)
      expect(await run).toBe(fault)
      expect(pool.totalCount).toBe(0)
      line.cut(undefined)
      await expectUsable(pool)
      await pool.end()
    })

    test('at COMMIT is given up 5 seconds after an abort: nobody knows what became of it', async () => {
      await using line = await lineTo(postgres.url)
      const [pool, clock, controller] = [poolOn(line.url), new TestClock(), new AbortController()]
      const committing = gate()
      pool.once('connect', (client) => {
        const query = client.query.bind(client) as (statement: unknown) => unknown
        client.query = ((statement: unknown) => {
          if (statement === 'commit') committing.open()
          return query(statement)
        }) as typeof client.query
      })
      line.cut('commit', 'silently')
      const { signal } = controller
      const run = rejection(
        unitsOn(nodePostgres(pool), { clock }).run((tx) => tx.raw.executor.execute(sql`select 1`), {
          signal,
        }),
      )
      await committing.opened
      controller.abort(new Error('gone'))
      await giveUp(clock)
      expect(await run).toMatchObject({ code: 'COMMIT_UNKNOWN', kind: 'unavailable' })
      expect([pool.totalCount, clock.pending, getEventListeners(signal, 'abort')]).toEqual([0, 0, []])
      line.cut(undefined)
      await expectUsable(pool)
      await pool.end()
    })

    test('at BEGIN is left by an abort, with its reason', async () => {
      await using line = await lineTo(postgres.url)
      const [pool, clock, controller] = [poolOn(line.url), new TestClock(), new AbortController()]
      const reason = new Error('gone', { cause: new TypeError('why') })
      line.cut('begin', 'silently')
      const { signal } = controller
      const run = rejection(
        unitsOn(nodePostgres(pool), { clock }).run((tx) => tx.items.count(always()), { signal }),
      )
      const idling = `select count(*)::int as n from pg_stat_activity where query = 'begin' and pid <> pg_backend_pid()`
      while ((await admin.query(idling)).rows[0].n === 0);
      controller.abort(reason)
      await giveUp(clock)
      expect(await run).toBe(reason)
      expect([pool.totalCount, getEventListeners(signal, 'abort').length]).toEqual([0, 0])
      line.cut(undefined)
      await expectUsable(pool)
      await pool.end()
    })
  })

  describe('a connection that is killed', () => {
    let pool: pg.Pool
    beforeEach(() => {
      pool = poolOn(postgres.url)
    })
    afterEach(() => pool.end())

    test('by its own statement', async () => {
      const error = await rejection(
        unitsOn(nodePostgres(pool)).run(async (tx) => {
          await tx.items.save(item(1))
          await tx.raw.executor.execute(terminate)
        }),
      )
      expect(error).toMatchObject({ kind: 'unavailable' })
      await expectUsable(pool)
      expect(await ids()).toEqual([])
    })

    test('between two statements, while nobody listens', async () => {
      const error = await rejection(
        unitsOn(nodePostgres(pool)).run(async (tx) => {
          await tx.items.save(item(1))
          const [row] = rowsOf(await tx.raw.executor.execute(sql`select pg_backend_pid() as pid`))
          await admin.query('select pg_terminate_backend($1, 5000)', [row?.['pid']])
          await tx.items.save(item(2))
        }),
      )
      expect(error).toMatchObject({ kind: 'unavailable' })
      await expectUsable(pool)
      expect(await ids()).toEqual([])
    })

    test('after the last statement: it is known that nothing was committed', async () => {
      const lost = new Promise((resolve) => pool.once('connect', (client) => client.once('error', resolve)))
      const error = await rejection(
        unitsOn(nodePostgres(pool)).run(async (tx) => {
          await tx.items.save(item(1))
          const [row] = rowsOf(await tx.raw.executor.execute(sql`select pg_backend_pid() as pid`))
          await admin.query('select pg_terminate_backend($1, 5000)', [row?.['pid']])
          await lost
        }),
      )
      expect(error).toMatchObject({ code: 'UNAVAILABLE', kind: 'unavailable' })
      await expectUsable(pool)
      expect(await ids()).toEqual([])
    })

    test('by its own statement, though that is swallowed', async () => {
      const error = await rejection(
        unitsOn(nodePostgres(pool)).run(async (tx) => {
          await tx.items.save(item(1))
          await tx.raw.executor.execute(terminate).catch(() => {})
        }),
      )
      expect(error).toMatchObject({ code: 'TRANSACTION_ABORTED', cause: { kind: 'unavailable' } })
      await expectUsable(pool)
      expect(await ids()).toEqual([])
    })
  })

  test('a pool that is exhausted says so, and works when it is not', async () => {
    const pool = poolOn(postgres.url, { max: 1 })
    const holder = await pool.connect()
    // Only now, for it bounds a real connection too.
    pool.options.connectionTimeoutMillis = 20
    const error = await rejection(unitsOn(nodePostgres(pool)).run(() => expect.unreachable()))
    expect(error).toMatchObject({ kind: 'unavailable' })
    pool.options.connectionTimeoutMillis = 0
    holder.release()
    await expectUsable(pool)
    await pool.end()
  })

  test('a pool that is ended tells who waits for a connection, so that a unit which waits for another ends', async () => {
    const pool = poolOn(postgres.url)
    const units = unitsOn(nodePostgres(pool))
    const [inner, holder] = [gate(), await pool.connect()]
    const outer = units.run(async (tx) => {
      await tx.items.save(item(1))
      const another = rejection(units.run(() => expect.unreachable(), { propagation: 'requires_new' }))
      inner.open()
      return another
    })
    await inner.opened
    const ended = pool.end()
    expect(await outer).toMatchObject({ code: 'UNAVAILABLE', kind: 'unavailable' })
    holder.release()
    await ended
    expect(await ids()).toEqual([1])
  })

  test('a statement past its timeout is a timeout, and rolls back', async () => {
    const pool = poolOn(postgres.url, { statement_timeout: 30 })
    const error = await rejection(
      unitsOn(nodePostgres(pool)).run(async (tx) => {
        await tx.items.save(item(1))
        await tx.raw.executor.execute(sql`select pg_sleep(600)`)
      }),
    )
    expect(error).toMatchObject({ code: 'TIMEOUT', kind: 'timeout' })
    await expectUsable(pool)
    expect(await ids()).toEqual([])
    await pool.end()
  })

  test('a transaction that idles past its timeout is ended by the server, and reported', async () => {
    const pool = poolOn(postgres.url)
    const error = await rejection(
      unitsOn(nodePostgres(pool)).run(async (tx) => {
        await tx.items.save(item(1))
        const [row] = rowsOf(await tx.raw.executor.execute(sql`select pg_backend_pid() as pid`))
        // Last, and for this transaction alone: a machine that is busy idles longer than this by itself.
        await tx.raw.executor.execute(sql`set local idle_in_transaction_session_timeout = 20`)
        const alive = 'select count(*)::int as n from pg_stat_activity where pid = $1'
        while ((await admin.query(alive, [row?.['pid']])).rows[0].n > 0);
        await tx.items.save(item(2))
      }),
    )
    expect(error).toMatchObject({ kind: 'unavailable' })
    await expectUsable(pool)
    expect(await ids()).toEqual([])
    await pool.end()
  })
})

describeWithPrivateService('postgres', {}, (server) => {
  let pool: pg.Pool
  const ids = async () => (await pool.query('select id from items order by id')).rows.map(({ id }) => id)

  beforeAll(async () => {
    pool = poolOn(server.url)
    await pool.query(TABLE)
  })
  beforeEach(async () => {
    await pool.query('delete from items')
  })
  afterAll(() => pool.end())

  test.each(['restart', 'kill'] as const)(
    'a server that is gone in the middle (%s): nothing is half done',
    async (how) => {
      const units = unitsOn(nodePostgres(pool))
      await units.run((tx) => tx.items.save(item(1)))
      const error = await rejection(
        units.run(async (tx) => {
          await tx.items.save(item(2))
          await server[how]()
          await tx.items.save(item(3))
        }),
      )
      expect(error).toMatchObject({ kind: 'unavailable' })
      if (how === 'kill') {
        const refused = await rejection(units.run(() => expect.unreachable()))
        expect(refused).toMatchObject({ kind: 'unavailable' })
        await server.start()
      }
      await expectUsable(pool)
      expect(await ids()).toEqual([1])
    },
    120_000,
  )

  test('a disk that is full is reported, and nothing is half done', async () => {
    await pool.query('create table pages (text text)')
    const error = await rejection(
      unitsOn(nodePostgres(pool)).run(async (tx) => {
        await tx.items.save(item(1))
        const [row] = rowsOf(await tx.raw.executor.execute(sql`select pg_backend_pid() as pid`))
        // The process may write no file beyond this: above a segment of the log, and in the middle of a page, where
        // PostgreSQL writes less than it wanted to, as on a disk that is full.
        const limit = 20 * 1024 * 1024 + 4096
        const { uid, gid } = statSync(`/proc/${row?.['pid']}`)
        execFileSync('prlimit', [`--pid=${row?.['pid']}`, `--fsize=${limit}:${limit}`], { uid, gid })
        await tx.raw.executor.execute(
          sql`insert into pages select repeat(md5(n::text), 60) from generate_series(1, 20000) as n`,
        )
      }),
    )
    expect(error).toMatchObject({ kind: 'unavailable', cause: { code: '53100' } })
    // The process with the limit goes; those that follow have none.
    await pool.query('select pg_terminate_backend(pg_backend_pid())').catch(() => {})
    await expectUsable(pool)
    expect(await ids()).toEqual([])
    expect((await pool.query('select count(*)::int as n from pages')).rows).toEqual([{ n: 0 }])
  })
})
