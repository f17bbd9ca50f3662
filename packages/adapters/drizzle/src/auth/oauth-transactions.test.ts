import { createOidcClient } from '@base/auth/oauth'
import { TestClock } from '@base/core/testing'
import { describeWithService } from '@base-internal/tools/services'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { rowsOf } from '../executor.js'
import { migrate } from '../migrate/index.js'
import { describeDatabases, describePostgres, type TestDatabase } from '../test-databases.js'
import { authMigrations, drizzleOAuthTransactionStore } from './index.js'

const MINUTE = 60_000
const never = (value: unknown): never => value as never
const undone = new Error('undone')
const only = authMigrations.filter(({ name }) => name === 'base/auth/oauth/001')

/** Everything that is stored. */
async function stored({ db }: TestDatabase): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return rowsOf(await db.execute(sql`select key, transaction from base_oauth_transactions order by key`))
}

describeDatabases((database) => {
  beforeEach(() =>
    database.run('drop table if exists base_oauth_transactions; drop table if exists base_migrations'),
  )

  test('the store needs its own table alone', async () => {
    await migrate(database.db, only)
    const store = drizzleOAuthTransactionStore(database.db)
    expect(await store.take('a', 0)).toBeUndefined()
    const others = sql`select to_regclass('base_sessions') is not null as created`
    expect(rowsOf(await database.db.execute(others))).toEqual([{ created: false }])
  })

  test('what is stored of a sign-in does not let who reads it finish one', async () => {
    await migrate(database.db, only)
    const transactions = drizzleOAuthTransactionStore(database.db)
    const metadata = {
      issuer: 'https://provider.example',
      authorization_endpoint: 'https://provider.example/authorize',
      token_endpoint: 'https://provider.example/token',
      jwks_uri: 'https://provider.example/jwks',
    }
    const client = createOidcClient({ metadata, clientId: 'shop', transactions })
    const redirectUri = 'https://shop.example/callback'
    const { url, transactionId } = await client.begin({ redirectUri, returnTo: '/orders' })
    const { searchParams } = new URL(url)
    const rows = await stored(database)
    expect(rows).toHaveLength(1)
    const secrets = [
      transactionId,
      searchParams.get('state'),
      searchParams.get('nonce'),
      'shop.example',
      '/orders',
    ]
    for (const secret of secrets) expect(JSON.stringify(rows)).not.toContain(secret)
  })

  test('one that is over comes back to nobody, and is taken away as it is asked for', async () => {
    await migrate(database.db, only)
    const clock = new TestClock()
    const store = drizzleOAuthTransactionStore(database.db, { clock })
    await store.put('a', 'text', MINUTE, 0)
    await clock.advance(MINUTE)
    expect(await store.take('a', 0)).toBeUndefined()
    expect(await stored(database)).toEqual([])
  })

  test('one is put in the place of one that is over', async () => {
    await migrate(database.db, only)
    const clock = new TestClock()
    const store = drizzleOAuthTransactionStore(database.db, { clock })
    await store.put('a', 'over', MINUTE, 0)
    await clock.advance(MINUTE)
    await store.put('a', 'new', MINUTE, 0)
    expect([await store.take('a', 0), await store.take('a', 0)]).toEqual(['new', undefined])
  })

  test('sign-ins that nobody ended are taken away as others begin, and no others', async () => {
    await migrate(database.db, only)
    const clock = new TestClock()
    const store = drizzleOAuthTransactionStore(database.db, { clock })
    for (let n = 0; n < 25; n++) await store.put(`over ${n}`, 'text', MINUTE, 0)
    await store.put('waits', 'text', MINUTE + 1, 0)
    await clock.advance(MINUTE)
    await store.put('new 1', 'text', MINUTE, 0)
    expect(await stored(database)).toHaveLength(2 + 5)
    await store.put('new 2', 'text', MINUTE, 0)
    expect((await stored(database)).map(({ key }) => key)).toEqual(['new 1', 'new 2', 'waits'])
  })

  test('refuses an executor and a clock that are none', () => {
    const where = '@base/drizzle drizzleOAuthTransactionStore:'
    expect(() => drizzleOAuthTransactionStore(never({}))).toThrow(`${where} executor must be an object with`)
    expect(() => drizzleOAuthTransactionStore(database.db, { clock: never({}) })).toThrow(
      `${where} clock must be an object with`,
    )
  })
})

describePostgres((database) => {
  beforeAll(async () => void (await migrate(database.db, only)))

  /** A sign-in that one connection takes, and does not commit, while another asks for it; what the other gets. */
  async function whileTaken(
    key: string,
    end: (taken: string | undefined) => void,
  ): Promise<string | undefined> {
    const store = drizzleOAuthTransactionStore(database.db)
    await store.put(key, 'text', MINUTE, 0)
    const waiting = sql`select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%base_oauth_transactions%'`
    let asked: Promise<string | undefined> | undefined
    const first = database.db.transaction(async (tx) => {
      const taken = await drizzleOAuthTransactionStore(tx).take(key, 0)
      asked = Promise.resolve(store.take(key, 0))
      await expect.poll(async () => rowsOf(await database.db.execute(waiting)).length).toBe(1)
      end(taken)
    })
    await first.catch((error: unknown) => {
      if (error !== undone) throw error
    })
    return asked
  }

  describe('given a connection that has taken a sign-in and not committed yet', () => {
    test('another one waits for it, and gets nothing', async () => {
      let first: string | undefined
      const second = await whileTaken('committed', (taken) => {
        first = taken
      })
      expect([first, second]).toEqual(['text', undefined])
    })

    test('another one gets it where the first did not take it after all', async () => {
      const second = await whileTaken('rolled back', () => {
        throw undone
      })
      expect(second).toBe('text')
    })
  })
})

describeWithService('postgres', (postgres) => {
  test.each(['read committed', 'repeatable read', 'serializable'])(
    'two connections that take at once never both get it where transactions are %s by default',
    async (isolation) => {
      const options = `-c default_transaction_isolation=${isolation.replace(' ', '\\ ')}`
      const pools = [1, 2].map(() => new pg.Pool({ connectionString: postgres.url, max: 1, options }))
      try {
        const [one, other] = pools.map((pool) => drizzleOAuthTransactionStore(drizzle(pool)))
        for (let round = 0; round < 20; round++) {
          await one?.put('a', `${isolation} ${round}`, MINUTE, 0)
          const taken = await Promise.all([one?.take('a', 0), other?.take('a', 0)])
          expect(taken.filter((text) => text !== undefined)).toEqual([`${isolation} ${round}`])
        }
      } finally {
        for (const pool of pools) await pool.end()
      }
    },
  )
})
