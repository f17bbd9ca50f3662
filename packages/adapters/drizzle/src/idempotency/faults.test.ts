import { join } from 'node:path'
import type { Idempotency } from '@base/application/idempotency'
import { TestClock } from '@base/core/testing'
import { describeWithService, type Line, lineTo } from '@base-internal/tools/services'
import { testProcesses } from '@base-internal/tools/test-process'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Executor } from '../executor.js'
import { migrate } from '../migrate/index.js'
import { drizzleUnitOfWork, nodePostgres } from '../unit-of-work/index.js'
import { idempotencyMigrations } from './index.js'
import { effect, effectsOf, endLease, idempotencyOn, TABLE } from './test-requests.js'

const never = (): never => expect.unreachable()

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  )
}

describeWithService('postgres', (postgres) => {
  let pool: pg.Pool
  let db: Executor
  beforeAll(async () => {
    pool = new pg.Pool({ connectionString: postgres.url, max: 5 })
    db = drizzle(pool)
    await pool.query(TABLE)
    await migrate(db, idempotencyMigrations)
  })
  afterAll(() => pool.end())

  /** Every request after it is seen as it would be on another machine. */
  const sound = (): Idempotency => idempotencyOn(db)

  describe('a line that breaks', () => {
    let line: Line
    let broken: pg.Pool
    beforeEach(async () => {
      line = await lineTo(postgres.url)
      broken = new pg.Pool({ connectionString: line.url, max: 2 }).on('error', () => {})
    })
    afterEach(async () => {
      await broken.end()
      await line[Symbol.asyncDispose]()
    })

    test.each(['before the statement', 'before the answer'] as const)(
      'at the claim, %s: nothing runs, and the key is free again',
      async (where) => {
        const key = `claim ${where}`
        const idempotency = idempotencyOn(drizzle(broken))
        await idempotency.run(`warm ${where}`, 'f', () => 1)
        line.cut('with claimed as', where)
        expect(await rejection(idempotency.run(key, 'f', never))).toMatchObject({ kind: 'unavailable' })
        line.cut(undefined)
        await expect
          .poll(() => sound().run(key, 'f', ({ takeover }) => takeover))
          .toEqual({ value: false, replayed: false })
      },
    )

    test.each(['before the statement', 'before the answer'] as const)(
      'at the outcome, %s: it is written again, and the function is not called again',
      async (where) => {
        const key = `outcome ${where}`
        const idempotency = idempotencyOn(drizzle(broken))
        let failures = 0
        idempotency.on('storeFailed', () => {
          failures++
          line.cut(undefined)
        })
        const result = await idempotency.run(key, 'f', ({ fence }) => {
          line.cut('excluded.outcome', where)
          return effect(db, key, fence)
        })
        expect([result.replayed, result.stored, failures]).toEqual([false, undefined, 1])
        expect(await effectsOf(db, key)).toBe(1)
        expect(await sound().run(key, 'f', never)).toEqual({ value: `effect of ${key}`, replayed: true })
      },
    )

    test('at every outcome: the caller gets its value, and the next one knows of the run', async () => {
      const clock = new TestClock()
      const idempotency = idempotencyOn(drizzle(broken), { clock })
      idempotency.on('storeFailed', () => void clock.advance('1s'))
      const result = await idempotency.run('lost', 'f', ({ fence }) => {
        line.cut('excluded.outcome')
        return effect(db, 'lost', fence)
      })
      expect(result).toEqual({ value: 'effect of lost', replayed: false, stored: false })
      expect(await rejection(sound().run('lost', 'f', never))).toMatchObject({
        code: 'IDEMPOTENCY_IN_PROGRESS',
      })
      await endLease(db, 'lost')
      expect((await sound().run('lost', 'f', ({ takeover }) => takeover)).value).toBe(true)
    })

    test('in the middle of a transaction: nothing of it is there, and the next request runs at once', async () => {
      // Not drizzle's own transaction: it leaves a connection that breaks meanwhile to the process, as an uncaught error.
      const units = drizzleUnitOfWork(nodePostgres(broken), (executor) => ({ in: { executor } }))
      const cut = units.run(({ in: { executor } }) =>
        idempotencyOn(executor).run('torn', 'f', async ({ fence }) => {
          await effect(executor, 'torn', fence)
          line.cut('pg_sleep')
          await executor.execute(sql`select pg_sleep(0)`)
        }),
      )
      await rejection(cut)
      expect(await effectsOf(db, 'torn')).toBe(0)
      await expect
        .poll(() => sound().run('torn', 'f', ({ takeover }) => takeover))
        .toEqual({ value: false, replayed: false })
    })
  })

  test('a connection that the server ends in the middle of a run ends neither the run nor its outcome', async () => {
    const own = new pg.Pool({ connectionString: postgres.url, max: 1 }).on('error', () => {})
    const result = await idempotencyOn(drizzle(own)).run('ended', 'f', async ({ fence }) => {
      await rejection(own.query('select pg_terminate_backend(pg_backend_pid())'))
      return effect(db, 'ended', fence)
    })
    expect(result).toEqual({ value: 'effect of ended', replayed: false })
    expect(await sound().run('ended', 'f', never)).toMatchObject({ replayed: true })
    await own.end()
  })

  test('a pool without a free connection: nothing runs, in bounded time', async () => {
    const own = new pg.Pool({ connectionString: postgres.url, max: 1 })
    const clock = new TestClock()
    const held = await own.connect()
    const asked = rejection(idempotencyOn(drizzle(own), { clock }).run('starved', 'f', never))
    while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve))
    await clock.advance('5s')
    expect(await asked).toMatchObject({ kind: 'unavailable', cause: { code: 'TIMEOUT' } })
    held.release()
    await expect.poll(() => own.idleCount === own.totalCount && own.waitingCount === 0).toBe(true)
    await own.end()
    expect(await sound().run('starved', 'f', () => 1)).toMatchObject({ replayed: false })
  })

  test.each(['repeatable read', 'serializable'])(
    'a database at %s refuses no claim for what happens at the same time',
    async (isolation) => {
      const options = `-c default_transaction_isolation=${isolation.replace(' ', '\\ ')}`
      const own = new pg.Pool({ connectionString: postgres.url, max: 3, options })
      const key = `at ${isolation}`
      await sound().run(key, 'f', () => 'first')
      const over = sql`update base_idempotency set expires_at = now() where key = ${key}`
      await db.execute(over)
      const waiting = `select count(*)::int as n from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%with claimed as%'`
      const again = await db.transaction(async (tx) => {
        await tx.execute(over)
        const claimed = idempotencyOn(drizzle(own)).run(key, 'f', () => 'again')
        while ((await pool.query(waiting)).rows[0].n === 0);
        return { claimed }
      })
      expect(await again.claimed).toEqual({ value: 'again', replayed: false })
      await own.end()
    },
  )

  test('within a unit of work, beside its repositories: one effect, or none', async () => {
    const units = drizzleUnitOfWork(nodePostgres(pool), (executor) => ({
      executor: { db: executor },
      idempotency: idempotencyOn(executor),
    }))
    const place = (fault?: Error) =>
      units.run((tx) =>
        tx.idempotency.run('unit', 'f', async ({ fence }) => {
          const value = await effect(tx.executor.db, 'unit', fence)
          if (fault !== undefined) throw fault
          return value
        }),
      )
    const fault = new Error('no stock')
    expect(await rejection(place(fault))).toBe(fault)
    expect(await effectsOf(db, 'unit')).toBe(0)
    expect((await place()).replayed).toBe(false)
    expect((await place()).replayed).toBe(true)
    expect(await effectsOf(db, 'unit')).toBe(1)
  })

  describe('processes', () => {
    const processOf = testProcesses(join(import.meta.dirname, 'test-process.ts'))
    const start = (key: string, what: string) => processOf(postgres.url, key, what)

    test('two, with 25 equal requests each, have one effect', async () => {
      const outputs = await Promise.all(
        [start('two', 'crowd'), start('two', 'crowd')].map((child) => child.hear()),
      )
      const results = outputs.flatMap((line) => JSON.parse(line) as [string, boolean][])
      expect(results).toHaveLength(50)
      expect(new Set(results.map(([value]) => value)).size).toBe(1)
      expect(results.filter(([, replayed]) => !replayed)).toHaveLength(1)
      expect(await effectsOf(db, 'two')).toBe(1)
    })

    test('one that is killed in the middle holds its key until its lease is over, and is taken over once', async () => {
      const child = start('killed', 'hang')
      expect(await child.hear()).toBe('running')
      await child.kill()
      expect(await rejection(sound().run('killed', 'f', never))).toMatchObject({
        code: 'IDEMPOTENCY_IN_PROGRESS',
      })

      await endLease(db, 'killed')
      const takeovers: boolean[] = []
      const requests = Array.from({ length: 50 }, () =>
        idempotencyOn(db, { wait: '1m' }).run('killed', 'f', async ({ takeover }) => {
          takeovers.push(takeover)
          return 'taken over'
        }),
      )
      const values = (await Promise.all(requests)).map(({ value }) => value)
      expect([takeovers, new Set(values)]).toEqual([[true], new Set(['taken over'])])
    })
  })
})
