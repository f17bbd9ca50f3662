import type { Repository } from '@base/domain/repository'
import type { UnitOfWork } from '@base/domain/unit-of-work'
import { describeWithService } from '@base-internal/tools/services'
import { PGlite } from '@electric-sql/pglite'
import { integer, pgTable } from 'drizzle-orm/pg-core'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe } from 'vitest'
import type { Executor } from '../executor.js'
import { drizzleRepository } from '../repository/index.js'
import {
  type DrizzleUnitOfWorkOptions,
  drizzleUnitOfWork,
  nodePostgres,
  pglite,
  type UnitDatabase,
} from './index.js'

/** What the tests keep. */
export interface Item {
  readonly id: number
  readonly n: number
  readonly version: number
}

const table = pgTable('items', {
  id: integer().primaryKey(),
  n: integer().notNull(),
  version: integer().notNull(),
})

/** Its table. */
export const TABLE =
  'create table items (id integer primary key, n integer not null, version integer not null)'

/** A new one. */
export function item(id: number, n: number = id): Item {
  return { id, n, version: 0 }
}

/** What the units of the tests have. */
export interface Repos {
  readonly items: Repository<Item, number>
  readonly raw: Raw
}

/** Hands the executor out, as a repository of the user's own may. */
class Raw {
  readonly executor: Executor

  constructor(executor: Executor) {
    this.executor = executor
  }
}

/** A repository of it. */
export function itemsOn(executor: Executor): Repository<Item, number> {
  return drizzleRepository({ executor, table })
}

/** Units of work on the table. */
export function unitsOn(database: UnitDatabase, options?: DrizzleUnitOfWorkOptions): UnitOfWork<Repos> {
  return drizzleUnitOfWork(
    database,
    (executor): Repos => ({
      items: itemsOn(executor),
      raw: new Raw(executor),
    }),
    options,
  )
}

/** The error that a promise rejects with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  if (outcome === undefined) throw new Error('It should have been refused, but was not.')
  return outcome.error
}

/** A promise, and what opens it. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

/** Lets everything else go on that can. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Units of work on a table, of which they are all; their members are there in tests and hooks. */
export interface TestUnits {
  readonly units: UnitOfWork<Repos>
  /** The ids that are there, in their order. */
  ids(): Promise<number[]>
  clear(): Promise<void>
}

/** What runs statements, and tells the rows of the last one. */
type Run = (statements: string) => Promise<readonly unknown[]>

/** A `describe` on PGlite, and one on a server; the table is empty before each test. */
export function describeUnits(body: (on: TestUnits) => void): void {
  describe('on PGlite', () => {
    let client: PGlite
    beforeAll(async () => {
      client = await PGlite.create()
    }, 60_000)
    afterAll(() => client.close())
    withTable(
      body,
      () => pglite(client),
      async (statements) => (await client.exec(statements)).at(-1)?.rows ?? [],
    )
  })
  describeWithService('postgres', (postgres) => {
    let pool: pg.Pool
    beforeAll(() => {
      pool = new pg.Pool({ connectionString: postgres.url, max: 4 })
    })
    afterAll(() => pool.end())
    withTable(
      body,
      () => nodePostgres(pool),
      async (statements) => (await pool.query(statements)).rows,
    )
  })
}

function withTable(body: (on: TestUnits) => void, database: () => UnitDatabase, run: Run): void {
  let units: UnitOfWork<Repos>
  const clear = async () => void (await run('delete from items'))
  beforeAll(async () => {
    await run(`drop table if exists items; ${TABLE}`)
    units = unitsOn(database())
  })
  beforeEach(clear)
  body({
    get units() {
      return units
    },
    ids: async () => (await run('select id from items order by id')).map((row) => (row as Item).id),
    clear,
  })
}
