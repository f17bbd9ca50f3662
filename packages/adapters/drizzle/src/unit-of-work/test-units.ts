import type { Repository } from '@base/domain/repository'
import type { UnitOfWork } from '@base/domain/unit-of-work'
import { integer, pgTable } from 'drizzle-orm/pg-core'
import type { Executor } from '../executor.js'
import { drizzleRepository } from '../repository/index.js'
import { type DrizzleUnitOfWorkOptions, drizzleUnitOfWork, type UnitDatabase } from './index.js'

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

/** Units of work on the table. */
export function unitsOn(database: UnitDatabase, options?: DrizzleUnitOfWorkOptions): UnitOfWork<Repos> {
  return drizzleUnitOfWork(
    database,
    (executor): Repos => ({
      items: drizzleRepository({ executor, table }),
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
