import { createIdempotency } from '@base/application/idempotency'
import { TestClock } from '@base/core/testing'
import { sql } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Executor, rowsOf } from '../executor.js'
import { migrate } from '../migrate/index.js'
import { describeDatabases, describePostgres } from '../test-databases.js'
import { drizzleIdempotencyStore, idempotencyMigrations } from './index.js'
import { effect, effectsOf, endLease, idempotencyOn, TABLE } from './test-requests.js'

const never = (): never => expect.unreachable()
const wrong = (value: unknown): never => value as never

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  )
}

async function records(db: Executor): Promise<number> {
  const [row] = rowsOf(await db.execute(sql`select count(*)::int as n from base_idempotency`))
  return row?.['n'] as number
}

/** The executor, and the statements that it was given. */
function counted(db: Executor): { readonly db: Executor; readonly statements: string[] } {
  const statements: string[] = []
  const execute: Executor['execute'] = (statement) => {
    const isText = typeof statement === 'string'
    statements.push(isText ? statement : new PgDialect().sqlToQuery(statement.getSQL()).sql)
    return db.execute(statement)
  }
  return { db: Object.assign(Object.create(db) as Executor, { execute }), statements }
}

describeDatabases((database) => {
  beforeAll(() => database.run(TABLE))

  describe('drizzleIdempotencyStore on a database', () => {
    test('creates its table once, by its migration', async () => {
      await idempotencyOn(database.db).run('first', 'f', () => 1)
      expect(await migrate(database.db, idempotencyMigrations)).toEqual({ applied: [], pending: [] })
    })

    test('needs one statement before the function and one after, and one for everything else', async () => {
      const { db, statements } = counted(database.db)
      const idempotency = idempotencyOn(db)
      const needed = async (request: Promise<unknown>) => {
        const before = statements.length
        await request.catch(() => {})
        return statements.length - before
      }
      await idempotency.run('warm', 'f', () => 1)
      const run = (key: string, fingerprint: string) => needed(idempotency.run(key, fingerprint, () => 1))
      const failing = needed(idempotency.run('counted error', 'f', () => Promise.reject(new Error('no'))))
      expect([
        await failing,
        await run('counted', 'f'),
        await run('counted', 'f'),
        await run('counted', 'g'),
      ]).toEqual([2, 2, 1, 1])
      const inProgress = idempotency.run('counted held', 'f', () => run('counted held', 'f'))
      expect((await inProgress).value).toBe(1)
    })

    test('of fifty at once one has an effect, and all get its value', async () => {
      const processes = Array.from({ length: 5 }, () => idempotencyOn(database.db, { wait: '30s' }))
      const requests = Array.from({ length: 50 }, (_, index) =>
        processes[index % 5]?.run('crowd', 'f', ({ fence }) => effect(database.db, 'crowd', fence)),
      )
      const results = await Promise.all(requests)
      expect(await effectsOf(database.db, 'crowd')).toBe(1)
      expect(new Set(results.map((result) => result?.value))).toEqual(new Set(['effect of crowd']))
      expect(results.filter((result) => result?.replayed === false)).toHaveLength(1)
    })

    test('has one effect for each key, whatever comes at once', async () => {
      let round = 0
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ key: fc.nat(3), fails: fc.boolean() }), { minLength: 1, maxLength: 30 }),
          async (requests) => {
            const prefix = `round ${round++}`
            const idempotency = idempotencyOn(database.db, { wait: '30s' })
            await Promise.allSettled(
              requests.map(({ key, fails }) =>
                idempotency.run(`${prefix} ${key}`, 'f', async ({ fence }) => {
                  if (fails) throw new Error('failed')
                  return effect(database.db, `${prefix} ${key}`, fence)
                }),
              ),
            )
            for (const key of [0, 1, 2, 3]) {
              const succeeds = requests.some((request) => request.key === key && !request.fails)
              expect(await effectsOf(database.db, `${prefix} ${key}`)).toBe(succeeds ? 1 : 0)
            }
          },
        ),
        { numRuns: 10 },
      )
    })

    test('what was stopped for longer than its lease is taken over, once, and cannot overwrite', async () => {
      const [slow, quick] = [idempotencyOn(database.db), idempotencyOn(database.db)]
      const fences: bigint[] = []
      const running = slow.run('slow', 'f', async ({ fence }) => {
        fences.push(fence)
        await endLease(database.db, 'slow')
        const second = await quick.run('slow', 'f', (context) => {
          fences.push(context.fence)
          return context.takeover
        })
        expect(second).toEqual({ value: true, replayed: false })
        return 'slow'
      })
      expect(await rejection(running)).toMatchObject({ code: 'LEASE_LOST', kind: 'conflict' })
      expect(fences).toEqual([...fences].sort((a, b) => (a < b ? -1 : 1)))
      expect(await slow.run('slow', 'f', never)).toEqual({ value: true, replayed: true })
    })

    test('a key may be any text, and is bound', async () => {
      const idempotency = idempotencyOn(database.db)
      for (const key of [
        "'; drop table base_idempotency; --",
        'a\0b',
        '\ud800',
        'x'.repeat(10_000),
        'ü'.repeat(512),
      ]) {
        await idempotency.run(key, key, () => key)
        expect(await idempotency.run(key, key, never)).toEqual({ value: key, replayed: true })
      }
    })
  })

  describe('pruning', () => {
    test('deletes what is over, in batches of a thousand, and nothing else', async () => {
      const store = drizzleIdempotencyStore(database.db)
      await store.prune()
      const kept = await records(database.db)
      await database.db.execute(sql`
        insert into base_idempotency (key, fingerprint, token, takeover, fence, lease_until, expires_at)
        select 'over ' || n, 'f', 't', false, 1, now(), now() from generate_series(1, 2500) n`)
      expect(await store.prune()).toBe(2_500)
      expect([await records(database.db), await store.prune()]).toEqual([kept, 0])
    })

    test('comes with a claim, once in an interval, and holds no timer', async () => {
      const clock = new TestClock({ now: Date.now() })
      const { db, statements } = counted(database.db)
      const store = drizzleIdempotencyStore(db, { clock, pruneInterval: '1m' })
      const idempotency = createIdempotency({ store, clock, ttl: '10s' })
      const deletions = () => statements.filter((one) => one.includes('skip locked')).length
      await idempotency.run('pruned', 'f', () => 1)
      await clock.advance('59s')
      await idempotency.run('later', 'f', () => 1)
      expect([deletions(), clock.pendingTimers]).toEqual([0, []])
      await clock.advance('1s')
      await Promise.all([idempotency.run('last', 'f', () => 1), idempotency.run('very last', 'f', () => 1)])
      await database.db.execute(sql`select 1`)
      expect(deletions()).toBe(1)
      await expect
        .poll(async () =>
          rowsOf(await database.db.execute(sql`select 1 from base_idempotency where key = 'pruned'`)),
        )
        .toEqual([])
    })
  })

  describe('in a transaction', () => {
    beforeAll(() => migrate(database.db, idempotencyMigrations))

    const request = (tx: Executor, key: string, after: () => unknown = () => {}) =>
      idempotencyOn(tx).run(key, 'f', async ({ fence }) => {
        const value = await effect(tx, key, fence)
        await after()
        return value
      })

    test('claim, effect and outcome are committed together', async () => {
      const first = await database.db.transaction((tx) => request(tx, 'together'))
      const second = await database.db.transaction((tx) => request(tx, 'together'))
      expect([first.replayed, second.replayed, second.value]).toEqual([false, true, 'effect of together'])
      expect(await effectsOf(database.db, 'together')).toBe(1)
      expect(await idempotencyOn(database.db).run('together', 'f', never)).toMatchObject({ replayed: true })
    })

    test('or none of them: after a rollback the next request runs at once, and is no takeover', async () => {
      const undone = database.db.transaction(async (tx) => {
        await request(tx, 'undone')
        throw new Error('after the run')
      })
      expect(await rejection(undone)).toMatchObject({ message: 'after the run' })
      const next = await database.db.transaction((tx) =>
        idempotencyOn(tx).run('undone', 'f', ({ takeover }) => takeover),
      )
      expect(next).toEqual({ value: false, replayed: false })
      expect(await effectsOf(database.db, 'undone')).toBe(0)
    })

    test('an error of the function that the transaction survives frees the key', async () => {
      await database.db.transaction(async (tx) => {
        await rejection(idempotencyOn(tx).run('survived', 'f', () => Promise.reject(new Error('no stock'))))
        expect(await idempotencyOn(tx).run('survived', 'g', () => 1)).toMatchObject({ replayed: false })
      })
    })

    test('a statement that failed and was swallowed fails the run, so that nothing is committed', async () => {
      const swallowed = database.db.transaction((tx) =>
        request(tx, 'swallowed', () => Promise.resolve(tx.execute(sql`select 1 / 0`)).catch(() => {})),
      )
      expect(await rejection(swallowed)).toMatchObject({ code: 'TRANSACTION_ABORTED' })
      expect(await effectsOf(database.db, 'swallowed')).toBe(0)
      expect(await idempotencyOn(database.db).run('swallowed', 'f', () => 1)).toMatchObject({
        replayed: false,
      })
    })

    test('it says that it is in one, and deletes nothing there', async () => {
      expect(drizzleIdempotencyStore(database.db).transactional).toBe(false)
      await database.db.transaction(async (tx) => {
        const { db, statements } = counted(tx as Executor)
        const store = drizzleIdempotencyStore(db, { pruneInterval: 1 })
        expect(store.transactional).toBe(true)
        for (const key of ['a', 'b']) await createIdempotency({ store }).run(`within ${key}`, 'f', () => 1)
        expect(statements).toHaveLength(4)
      })
    })
  })

  test.each([
    ['an executor', () => drizzleIdempotencyStore(wrong({})), 'executor must be an object with'],
    [
      'a clock',
      () => drizzleIdempotencyStore(database.db, { clock: wrong({}) }),
      'clock must be an object with',
    ],
    [
      'an interval',
      () => drizzleIdempotencyStore(database.db, { pruneInterval: 0 }),
      'pruneInterval must be more',
    ],
  ])('refuses %s that is none', (_, make, message) => {
    expect(make).toThrow(`@base/drizzle drizzleIdempotencyStore: ${message}`)
  })
})

describePostgres((database) => {
  beforeAll(async () => {
    await database.run(TABLE)
    await migrate(database.db, idempotencyMigrations)
  })

  test.each(['in a transaction of its own', 'on the database'])(
    'a duplicate %s does not wait for the transaction that runs: it is refused at once',
    async (where) => {
      const key = `open, ${where}`
      const duplicate = () =>
        where === 'on the database'
          ? idempotencyOn(database.db).run(key, 'f', never)
          : database.db.transaction((tx) => idempotencyOn(tx).run(key, 'f', never))
      const first = await database.db.transaction((tx) =>
        idempotencyOn(tx).run(key, 'f', async () => {
          const error = await rejection(duplicate())
          expect(error).toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS', retryAfter: 1_000 })
          return 'first'
        }),
      )
      expect(first).toEqual({ value: 'first', replayed: false })
      expect(await idempotencyOn(database.db).run(key, 'f', never)).toEqual({
        value: 'first',
        replayed: true,
      })
    },
  )

  test('of fifty transactions at once one has an effect', async () => {
    const request = () =>
      database.db.transaction((tx) =>
        idempotencyOn(tx).run('transactions', 'f', ({ fence }) => effect(tx, 'transactions', fence)),
      )
    const settled = await Promise.allSettled(Array.from({ length: 50 }, request))
    expect(await effectsOf(database.db, 'transactions')).toBe(1)
    for (const one of settled)
      if (one.status === 'fulfilled') expect(one.value.value).toBe('effect of transactions')
      else expect(one.reason).toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' })
  })

  test.each([
    ['of a run that lives', {}, false, 'conflict'],
    ['of another request', { fingerprint: 'y' }, false, 'mismatch'],
    ['of a run that is done', {}, true, 'replay'],
    ['that asks again', { token: 't' }, false, 'run'],
  ])('a claim %s, in a transaction, does not lock its row', async (name, other, isDone, state) => {
    const store = drizzleIdempotencyStore(database.db)
    const claim = { key: `read, ${name}`, fingerprint: 'x', token: 't', lease: 60_000, ttl: 60_000 }
    await store.claim(claim)
    if (isDone) await store.complete(claim, 'first')
    await database.db.transaction(async (tx) => {
      const answer = await drizzleIdempotencyStore(tx).claim({ ...claim, token: 'u', ...other })
      expect(answer.state).toBe(state)
      const locked = sql`select key from base_idempotency where key = ${claim.key} for update nowait`
      expect(rowsOf(await database.db.execute(locked))).toHaveLength(1)
      expect(await store.renew(claim)).toBe(!isDone)
      expect(await store.complete(claim, 'last')).toBe(true)
    })
  })

  test('a run that is over on the database is taken over in a transaction, which others see when it is committed', async () => {
    const dead = drizzleIdempotencyStore(database.db)
    const claim = { key: 'dead', fingerprint: 'x', token: 't', lease: 60_000, ttl: 60_000 }
    await dead.claim(claim)
    await endLease(database.db, 'dead')
    await database.db.transaction(async (tx) => {
      const taken = await drizzleIdempotencyStore(tx).claim({ ...claim, token: 'u' })
      expect(taken.state).toBe('takeover')
      expect((await dead.claim({ ...claim, token: 'v' })).state).toBe('conflict')
    })
    expect(await dead.renew(claim)).toBe(false)
  })
})
