import { getEventListeners } from 'node:events'
import { type AcquireOptions, type Lease, type Lock, withLock } from '@base/core/lock'
import { TestClock } from '@base/core/testing'
import { describeWithService } from '@base-internal/tools/services'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { rowsOf } from '../executor.js'
import { migrate } from '../migrate/index.js'
import { describeDatabases, describePostgres } from '../test-databases.js'
import { drizzleLock, lockMigrations } from './index.js'

const never = (value: unknown): never => value as never

describeDatabases((database) => {
  describe('drizzleLock by the clock of the database', () => {
    /** What the passing of time would do to a lease, as far as the database goes. */
    const expire = (key: string) =>
      database.db.execute(sql`update base_locks set expires_at = now() where key = ${key}`)

    test('creates its table once, by its migration', async () => {
      await drizzleLock(database.db).acquire('first')
      expect(await migrate(database.db, lockMigrations)).toEqual({ applied: [], pending: [] })
    })

    test('creates it again in a database that has taken the place of the one that had it', async () => {
      const lock = drizzleLock(database.db)
      await lock.acquire('of the first', { ttl: '1h' })
      await database.run('drop table base_locks, base_migrations; drop sequence base_lock_tokens')
      await expect(lock.tryAcquire('of the other')).rejects.toMatchObject({ code: 'DATABASE_ERROR' })
      expect(await lock.tryAcquire('of the other')).toMatchObject({ key: 'of the other' })
    })

    test('a process that was slow learns that another holds the lock, and cannot free it', async () => {
      const [slow, quick] = [drizzleLock(database.db), drizzleLock(database.db)]
      const lost = await slow.acquire('slow', { ttl: '1h' })
      expect(await quick.tryAcquire('slow')).toBeUndefined()
      await expire('slow')
      const lease = await quick.acquire('slow', { wait: 0 })

      expect(lease.token > lost.token).toBe(true)
      expect(await lost.release()).toEqual({ released: false })
      expect(await slow.tryAcquire('slow')).toBeUndefined()
    })

    test('a lease that is over in the database cannot be extended', async () => {
      const lock = drizzleLock(database.db)
      const lease = await lock.acquire('over', { ttl: '1h' })
      await expire('over')
      await expect(lease.extend()).rejects.toMatchObject({ code: 'LEASE_LOST' })
      expect(lease.signal.aborted).toBe(true)
    })

    test('two processes, as it were, are never within at once, and tokens grow in the order of holding', async () => {
      const locks = [drizzleLock(database.db), drizzleLock(database.db)]
      let inside = 0
      const tokens: bigint[] = []
      const work = (index: number) =>
        withLock(locks[index % 2] as never, 'shared', { wait: '1m' }, async ({ token }) => {
          tokens.push(token)
          expect(++inside).toBe(1)
          await database.db.execute(sql`select 1`)
          inside--
        })
      await Promise.all(Array.from({ length: 12 }, (_, index) => work(index)))
      expect(tokens).toEqual([...tokens].sort((a, b) => (a < b ? -1 : 1)))
      expect(new Set(tokens).size).toBe(12)
    })

    test('what comes after an abort is given back', async () => {
      const lock = drizzleLock(database.db)
      const controller = new AbortController()
      const asked = lock.acquire('late', { signal: controller.signal })
      controller.abort(new Error('gone'))
      await expect(asked).rejects.toThrow('gone')
      expect(getEventListeners(controller.signal, 'abort')).toEqual([])
      await (await lock.acquire('late', { wait: '1m' })).release()
    })

    test('a key may be any text, and is bound', async () => {
      const lock = drizzleLock(database.db)
      const lease = await lock.acquire("'; drop table base_locks; --")
      expect(await lease.release()).toEqual({ released: true })
      const [row] = rowsOf(await database.db.execute(sql`select count(*)::int as n from base_locks`))
      expect(row?.['n']).toBeGreaterThan(0)
    })

    test('keys that PostgreSQL would refuse, or take for each other, are keys of their own', async () => {
      const lock = drizzleLock(database.db)
      const long = Array.from({ length: 5_000 }, (_, index) => ((index * 7_919) % 997).toString(36)).join('')
      const keys = ['\ud800', '\ud801', '\ufffd', 'a\0b', 'a', long, `${long}.`]
      const leases = await Promise.all(keys.map((key) => lock.tryAcquire(key)))

      expect(leases.map((lease) => lease?.key)).toEqual(keys)
      expect(await Promise.all(keys.map((key) => lock.tryAcquire(key)))).toEqual(keys.map(() => undefined))
      for (const lease of leases) {
        await lease?.extend('1h')
        expect(await lease?.release()).toEqual({ released: true })
      }
    })

    test('a key is none of those that stand for others', async () => {
      const lock = drizzleLock(database.db)
      await lock.acquire('b\0')
      const [row] = rowsOf(
        await database.db.execute(
          sql`select key from base_locks where key like 'sha256:%' and expires_at > now()`,
        ),
      )
      expect(await lock.tryAcquire(String(row?.['key']))).toBeDefined()
    })
  })

  test('a wait leaves no timer behind', async () => {
    const clock = new TestClock()
    const lock = drizzleLock(database.db, { clock })
    const lease = await lock.acquire('timers')
    const waiting = lock.acquire('timers')
    await lease.release()
    await (await waiting).release()
    expect(clock.pending).toBe(0)
  })

  /** The lease of a key that is given back in the background, once it is. */
  const taken = async (lock: Lock, key: string): Promise<Lease> => {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve))
      const lease = await lock.tryAcquire(key)
      if (lease !== undefined) return lease
    }
  }

  /** One who waits for a key, once it does. */
  const waiter = async (clock: TestClock, lock: Lock, key: string, options: AcquireOptions = {}) => {
    const before = clock.pending
    const waiting = lock.acquire(key, options)
    while (clock.pending === before) await new Promise((resolve) => setImmediate(resolve))
    return { waiting }
  }

  test('an abort at any moment of being woken rejects, and leaves the lock to the next', async () => {
    const clock = new TestClock()
    const lock = drizzleLock(database.db, { clock })
    for (let moment = 0; moment < 12; moment++) {
      const key = `woken ${moment}`
      const lease = await lock.acquire(key)
      const controller = new AbortController()
      const { waiting } = await waiter(clock, lock, key, { signal: controller.signal })
      const next = await waiter(clock, lock, key)
      await lease.release()
      for (let turn = 0; turn < moment; turn++) await undefined
      controller.abort(new Error('gone'))
      await expect(waiting).rejects.toThrow('gone')
      expect(getEventListeners(controller.signal, 'abort')).toEqual([])
      await (await next.waiting).release()
    }
    expect(clock.pending).toBe(0)
  })

  test('who comes later does not overtake who waits, also where the lock is free already', async () => {
    const clock = new TestClock()
    const [lock, another] = [drizzleLock(database.db, { clock }), drizzleLock(database.db, { clock })]
    const lease = await another.acquire('in order')
    const order: string[] = []
    const held = (name: string) => async (own: Lease) => {
      order.push(name)
      await own.release()
    }
    const first = await waiter(clock, lock, 'in order')
    // In another process, as it were, so that nobody is woken.
    await lease.release()
    const second = await waiter(clock, lock, 'in order')
    const all = [first.waiting.then(held('first')), second.waiting.then(held('second'))]
    await clock.advance(25)
    await Promise.all(all)
    expect(order).toEqual(['first', 'second'])
  })

  test('who becomes the first to wait looks by itself', async () => {
    const clock = new TestClock()
    const [lock, another] = [drizzleLock(database.db, { clock }), drizzleLock(database.db, { clock })]
    const lease = await another.acquire('left')
    const controller = new AbortController()
    const first = await waiter(clock, lock, 'left', { signal: controller.signal })
    const second = await waiter(clock, lock, 'left')
    controller.abort(new Error('gone'))
    await expect(first.waiting).rejects.toThrow('gone')
    await lease.release()
    await clock.advance(25)
    await (await second.waiting).release()
  })

  test('a wait of 0 beside one who waits looks once', async () => {
    const clock = new TestClock()
    const [lock, another] = [drizzleLock(database.db, { clock }), drizzleLock(database.db, { clock })]
    const lease = await another.acquire('at once')
    const { waiting } = await waiter(clock, lock, 'at once')
    await expect(lock.acquire('at once', { wait: 0 })).rejects.toMatchObject({ kind: 'timeout' })
    // In another process, as it were, so that nobody is woken.
    await lease.release()
    await (await lock.acquire('at once', { wait: 0 })).release()
    await (await waiting).release()
    expect(clock.pending).toBe(0)
  })

  test('a wait ends as it should by a clock with decimals', async () => {
    class Decimals extends TestClock {
      #read = 0

      override monotonic() {
        return super.monotonic() + ++this.#read / 1024
      }
    }
    const clock = new Decimals()
    const lock = drizzleLock(database.db, { clock })
    const lease = await lock.acquire('decimals', { ttl: '1h' })
    for (const wait of [10, 100, 300]) {
      let isSettled = false
      const ends = Promise.allSettled([
        lock.acquire('decimals', { wait }),
        lock.acquire('decimals', { wait }),
      ]).finally(() => {
        isSettled = true
      })
      while (!isSettled) await clock.advance(clock.pending > 0 ? 25 : 0)
      const late = { status: 'rejected', reason: { code: 'TIMEOUT' } }
      expect(await ends).toMatchObject([late, late])
    }
    await lease.release()
    expect(clock.pending).toBe(0)
  })

  describe('where a look has no answer', () => {
    /** A lock with a holder, and one who waits and looks on a connection that is dead. */
    const stuck = async (key: string) => {
      const clock = new TestClock()
      let hangs = false
      const executor = {
        execute: (query: never) => {
          if (!hangs) return database.db.execute(query)
          hangs = false
          return new Promise(() => {})
        },
        transaction: (fn: never) => database.db.transaction(fn),
      }
      const lock = drizzleLock(never(executor), { clock })
      const lease = await lock.acquire(key, { ttl: '1h' })
      hangs = true
      lock.acquire(key).catch(() => {})
      while (hangs) await new Promise((resolve) => setImmediate(resolve))
      return { clock, lock, lease }
    }

    test('the next one looks after a while', async () => {
      const { clock, lock } = await stuck('dead')
      const { waiting } = await waiter(clock, lock, 'dead', { wait: '1m' })
      await database.db.execute(sql`update base_locks set expires_at = '-infinity' where key = 'dead'`)
      await clock.advance(375)
      // Not yet: an answer may be slow.
      expect(clock.pendingTimers).toContainEqual({ name: 'wait for a lock', dueIn: 400 })
      await clock.advance(400)
      await (await waiting).release()
    })

    test('the next one looks as its wait ends', async () => {
      const { clock, lock } = await stuck('dead at last')
      const { waiting } = await waiter(clock, lock, 'dead at last', { wait: 300 })
      await database.db.execute(
        sql`update base_locks set expires_at = '-infinity' where key = 'dead at last'`,
      )
      await clock.advance(300)
      await (await waiting).release()
    })

    test('a release wakes the next one', async () => {
      const { clock, lock, lease } = await stuck('dead at release')
      const { waiting } = await waiter(clock, lock, 'dead at release', { wait: '1m' })
      await clock.advance(400)
      await lease.release()
      await (await waiting).release()
    })
  })

  test('who waits gets a lease that nobody gave back as soon as it is over', async () => {
    const clock = new TestClock()
    const lock = drizzleLock(database.db, { clock })
    await lock.acquire('abandoned', { ttl: 1_000 })
    const { waiting } = await waiter(clock, lock, 'abandoned')
    await clock.advance(1_000)
    await (await waiting).release()
    expect(clock.pending).toBe(0)
  })

  test('what was over before the database had answered is refused, and given back', async () => {
    const clock = new TestClock()
    let isSlow = false
    const executor = {
      execute: async (query: never) => {
        const rows: unknown = await database.db.execute(query)
        if (isSlow) await clock.advance(990)
        isSlow = false
        return rows
      },
      transaction: (fn: never) => database.db.transaction(fn),
    }
    const lock = drizzleLock(never(executor), { clock })
    // The table is there.
    await (await lock.acquire('too late')).release()
    isSlow = true
    await expect(lock.tryAcquire('too late', { ttl: 1_000 })).rejects.toMatchObject({
      code: 'DATABASE_TOO_LATE',
    })
    await (await taken(drizzleLock(database.db, { clock }), 'too late')).release()
  })

  describe('an extension', () => {
    /** A lease, and what becomes of the next answer of the database. */
    const held = async (key: string, ttl: number) => {
      const clock = new TestClock()
      const answers: ((asked: Promise<unknown>) => Promise<unknown>)[] = []
      const executor = {
        execute: (query: never) => {
          const asked: Promise<unknown> = database.db.execute(query)
          return answers.shift()?.(asked) ?? asked
        },
        transaction: (fn: never) => database.db.transaction(fn),
      }
      const lease = await drizzleLock(never(executor), { clock }).acquire(key, { ttl })
      return { answers, clock, lease, another: drizzleLock(database.db, { clock }) }
    }
    const lose = async (asked: Promise<unknown>) => {
      await asked
      throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
    }

    test('that is shorter counts although its answer is lost', async () => {
      const { answers, clock, lease, another } = await held('cut short', 20_000)
      answers.push(lose)
      await expect(lease.extend(300)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      expect(lease.signal.aborted).toBe(false)
      await clock.advance(300)
      expect(lease.signal.aborted).toBe(true)
      await (await another.acquire('cut short', { wait: 0 })).release()
    })

    test('that is shorter and asked later is not undone by the late answer of another', async () => {
      const { answers, clock, lease, another } = await held('crossed', 20_000)
      const events: string[] = []
      const note = (event: string) => async (asked: Promise<unknown>) => {
        events.push(`${event} asked`)
        const answer = await asked
        if (event === 'first') await database.db.execute(sql`select 1`)
        events.push(`${event} answered`)
        return answer
      }
      answers.push(note('first'), note('second'))
      await Promise.all([lease.extend('1m'), lease.extend(300)])
      expect(events).toEqual(['first asked', 'first answered', 'second asked', 'second answered'])
      await clock.advance(300)
      expect(lease.signal.aborted).toBe(true)
      await (await another.acquire('crossed', { wait: 0 })).release()
    })

    test.each([
      ['answered', async (asked: Promise<unknown>) => asked],
      ['not answered', lose],
    ])('of a lease that is lost before it is %s rejects, and keeps nobody out', async (what, answer) => {
      const { answers, clock, lease, another } = await held(what, 1_000)
      answers.push(async (asked) => {
        await asked
        await clock.advance(1_000)
        return answer(asked)
      })
      await expect(lease.extend('1h')).rejects.toMatchObject({ code: 'LEASE_LOST' })
      expect(lease.signal.aborted).toBe(true)
      expect(await lease.release()).toEqual({ released: false })
      // What was extended is given back meanwhile.
      await (await taken(another, what)).release()
      expect(clock.pending).toBe(0)
    })

    test.each([
      ['lost', (_: Lease, clock: TestClock) => clock.advance(1_000)],
      ['given back', (lease: Lease) => lease.release()],
    ])('that hangs holds no others up once the lease is %s', async (what, end) => {
      const { answers, clock, lease } = await held(`hangs until ${what}`, 1_000)
      const hang = () => new Promise(() => {})
      answers.push(hang)
      lease.extend().catch(() => {})
      while (answers.length > 0) await new Promise((resolve) => setImmediate(resolve))
      // The next is asked as well, after a third of the time that is left.
      if (what === 'lost') answers.push(hang)
      const lost = { code: 'LEASE_LOST' }
      const queued = expect(lease.extend()).rejects.toMatchObject(lost)
      await end(lease, clock)
      await queued
      await expect(lease.extend()).rejects.toMatchObject(lost)
      expect(clock.pending).toBe(0)
    })

    test('of a lease that is given back meanwhile rejects, and the lease is not lost', async () => {
      const { clock, lease, another } = await held('given back', 1_000)
      const extended = expect(lease.extend('1h')).rejects.toMatchObject({ code: 'LEASE_LOST' })
      expect(await lease.release()).toEqual({ released: true })
      await extended
      expect(lease.signal.aborted).toBe(false)
      await (await another.acquire('given back', { wait: 0 })).release()
      expect(clock.pending).toBe(0)
    })
  })

  test.each([
    ['an executor', () => drizzleLock(never({})), 'drizzleLock: executor must be an object with'],
    [
      'a clock',
      () => drizzleLock(database.db, { clock: never({}) }),
      'drizzleLock: clock must be an object with',
    ],
  ])('refuses %s that is none', (_, make, message) => {
    expect(make).toThrow(`@base/drizzle ${message}`)
  })

  test('refuses a transaction, in which nobody else would see a lease', async () => {
    const message = 'drizzleLock: executor must be a database, and no transaction'
    await database.db.transaction(async (tx) => {
      expect(() => drizzleLock(tx)).toThrow(message)
    })
  })
})

describePostgres((database) => {
  test('who was held up in the middle of taking a lock gets a token above those that came meanwhile', async () => {
    const lock = drizzleLock(database.db)
    await (await lock.acquire('held up')).release()
    const waiting = sql`select count(*)::int as n from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%insert into base_locks%'`
    let taking: ReturnType<typeof lock.tryAcquire> | undefined
    const meanwhile = await database.db.transaction(async (tx) => {
      await tx.execute(sql`select 1 from base_locks where key = 'held up' for update`)
      taking = lock.tryAcquire('held up')
      while (rowsOf(await database.db.execute(waiting))[0]?.['n'] === 0);
      // Another holder, from the taking to the release.
      const held = sql`update base_locks set token = nextval('base_lock_tokens') where key = 'held up' returning token::text`
      return BigInt(rowsOf(await tx.execute(held))[0]?.['token'] as string)
    })
    const lease = await taking
    expect(lease?.token).toBeGreaterThan(meanwhile)
  })
})

describeWithService('postgres', (postgres) => {
  test.each(['repeatable read', 'serializable'])(
    'a database at %s refuses no one who asks while another takes',
    async (isolation) => {
      const options = `-c default_transaction_isolation=${isolation.replace(' ', '\\ ')}`
      const pool = new pg.Pool({ connectionString: postgres.url, max: 3, options })
      const [db, key] = [drizzle(pool), `at ${isolation}`]
      try {
        const lock = drizzleLock(db)
        await (await lock.acquire(key)).release()
        const waiting = sql`select count(*)::int as n from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock' and query like '%insert into base_locks%'`
        let taking: ReturnType<typeof lock.tryAcquire> | undefined
        await db.transaction(async (tx) => {
          await tx.execute(sql`update base_locks set expires_at = 'infinity' where key = ${key}`)
          taking = lock.tryAcquire(key)
          while (rowsOf(await db.execute(waiting))[0]?.['n'] === 0);
        })
        expect(await taking).toBeUndefined()
      } finally {
        await pool.end()
      }
    },
  )
})
