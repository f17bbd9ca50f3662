import type { Page } from '@base/domain/pagination'
import type { Repository } from '@base/domain/repository'
import { always, where } from '@base/domain/specification'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import {
  bigint,
  integer,
  numeric,
  type PgTable,
  pgEnum,
  pgTable,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'
import type { PgliteDatabase } from 'drizzle-orm/pglite'
import { describe, expectTypeOf, test } from 'vitest'
import { type DrizzleRepositoryOptions, drizzleRepository, type Executor } from './index.js'

const orders = pgTable('orders', {
  id: uuid().primaryKey(),
  state: pgEnum('state', ['open', 'paid'])().notNull(),
  total: numeric(),
  lines: bigint({ mode: 'bigint' }).notNull(),
  placedAt: timestamp().notNull(),
  version: integer().notNull(),
})
const codes = pgTable('codes', { code: text().primaryKey(), n: integer().unique() })

interface Order {
  readonly id: string
  readonly state: 'open' | 'paid'
  readonly total: string | null
  readonly lines: bigint
  readonly placedAt: Date
  readonly version: number
}

interface Total {
  id: string
  total: number
  state: 'open' | 'paid'
}

declare const db: NodePgDatabase
declare const withSchema: NodePgDatabase<{ orders: typeof orders }>
declare const pglite: PgliteDatabase<{ orders: typeof orders }>

describe('drizzleRepository', () => {
  const repository = drizzleRepository({ executor: db, table: orders })

  test('gives rows exactly as the table types them', () => {
    expectTypeOf(repository.getById).returns.resolves.toEqualTypeOf<typeof orders.$inferSelect>()
    expectTypeOf(repository.findPage).returns.resolves.toEqualTypeOf<Page<typeof orders.$inferSelect>>()
    expectTypeOf<typeof orders.$inferSelect>().toExtend<Order>()
  })

  test('is one of rows where there is no mapper, whatever is expected of it', () => {
    interface Labelled extends Order {
      readonly label: string
    }
    expectTypeOf(repository).toExtend<Repository<Order, string>>()
    // @ts-expect-error The table has no label: it would be lost.
    const labelled: Repository<Labelled, string> = drizzleRepository({ executor: db, table: orders })
    expectTypeOf(labelled).not.toBeAny()
    // What the repository writes by itself may be optional, and ids and states wider.
    const known: Repository<
      { readonly id: string; readonly placedAt?: Date; readonly state: string },
      string
    > = drizzleRepository({ executor: db, table: orders })
    expectTypeOf(known).not.toBeAny()
  })

  test('takes options that may be undefined, as a query of a URL gives them', () => {
    const none = undefined as number | undefined
    expectTypeOf(
      repository.findPage(always(), { limit: none, orderBy: undefined, includeDeleted: undefined }),
    ).resolves.toExtend<Page<Order>>()
  })

  test('takes ids of the type of their column, under their own name', () => {
    expectTypeOf(repository.findById).parameter(0).toEqualTypeOf<string>()
    const byNumber = drizzleRepository({ executor: db, table: codes, id: 'n' })
    expectTypeOf(byNumber.findById).parameter(0).toEqualTypeOf<number | null>()
    // @ts-expect-error An id of another type.
    repository.findById(7)
  })

  test('takes options that were made before, and tables that are known by a type parameter', () => {
    const options: DrizzleRepositoryOptions<typeof codes, typeof codes.$inferSelect, 'code'> = {
      executor: db,
      table: codes,
      id: 'code',
    }
    expectTypeOf(drizzleRepository(options).findById).parameter(0).toEqualTypeOf<string>()
    const wrapped = <S extends PgTable>(given: DrizzleRepositoryOptions<S>) => drizzleRepository(given)
    expectTypeOf(wrapped).toBeFunction()
  })

  test('refuses a column that there is not, and an entity without one that there is', () => {
    // @ts-expect-error No such column.
    drizzleRepository({ executor: db, table: orders, id: 'nope' })
    // @ts-expect-error No such column.
    drizzleRepository({ executor: db, table: orders, version: 'nope' })
    // @ts-expect-error A column is missing.
    repository.save({ id: '1', state: 'open' })
    // @ts-expect-error No value of the enum.
    where<typeof orders.$inferSelect>().equals('state', 'closed')
  })

  test('gives what the mapper makes', () => {
    const totals = drizzleRepository({
      executor: db,
      table: orders,
      mapper: {
        toDomain: ({ id, total, state }) => ({ id, total: Number(total), state }),
        toRow: ({ id, total, state }) => ({
          id,
          total: String(total),
          state,
          lines: 1n,
          placedAt: new Date(),
          version: 0,
        }),
      },
    })
    expectTypeOf(totals).toExtend<Repository<Total, string>>()
  })

  test('takes databases with a schema, of both drivers, and their transactions', () => {
    expectTypeOf(withSchema).toExtend<Executor>()
    expectTypeOf(pglite).toExtend<Executor>()
    expectTypeOf<Parameters<Parameters<typeof withSchema.transaction>[0]>[0]>().toExtend<Executor>()
  })
})
