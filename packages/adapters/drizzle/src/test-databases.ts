import { describeWithService } from '@base-internal/tools/services'
import { PGlite } from '@electric-sql/pglite'
import { drizzle as nodePostgres } from 'drizzle-orm/node-postgres'
import { drizzle as pglite } from 'drizzle-orm/pglite'
import pg from 'pg'
import { afterAll, beforeAll, describe } from 'vitest'
import type { Executor } from './executor.js'

const START_TIMEOUT = 60_000

/** A fresh database; its members are there in tests and hooks, not while tests are collected. */
export interface TestDatabase {
  readonly engine: 'PGlite' | 'PostgreSQL'
  /** Drizzle on it. */
  readonly db: Executor
  /** Runs statements without parameters. */
  run(statements: string): Promise<void>
}

/** A `describe` on PGlite, and one on a server that sorts by ICU's rules. */
export function describeDatabases(body: (database: TestDatabase) => void): void {
  describePglite(body)
  describePostgres(body)
}

/** A database of PGlite. */
export interface PgliteTestDatabase extends TestDatabase {
  readonly client: PGlite
}

/** A `describe` on PGlite alone. */
export function describePglite(body: (database: PgliteTestDatabase) => void): void {
  describe('on PGlite', () => {
    let client: PGlite
    let db: Executor
    beforeAll(async () => {
      client = await PGlite.create()
      db = pglite(client)
    }, START_TIMEOUT)
    afterAll(() => client.close())
    body({
      engine: 'PGlite',
      get client() {
        return client
      },
      get db() {
        return db
      },
      run: async (statements) => void (await client.exec(statements)),
    })
  })
}

/** A `describe` on a PostgreSQL server alone. */
export function describePostgres(body: (database: TestDatabase) => void): void {
  describeWithService('postgres', (postgres) => {
    let pool: pg.Pool
    let db: Executor
    beforeAll(() => {
      pool = new pg.Pool({ connectionString: postgres.url, max: 4 })
      db = nodePostgres(pool)
    })
    afterAll(() => pool.end())
    body({
      engine: 'PostgreSQL',
      get db() {
        return db
      },
      run: async (statements) => void (await pool.query(statements)),
    })
  })
}
