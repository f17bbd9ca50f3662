import { always, specificationOf } from '@base/domain/specification'
import { runs } from '@base-internal/tools/soak'
import { type SQL, sql } from 'drizzle-orm'
import {
  customType,
  integer,
  jsonb,
  PgDatabase,
  PgDialect,
  pgTable,
  text,
  timestamp,
  uuid,
  withReplicas,
} from 'drizzle-orm/pg-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Executor } from '../executor.js'
import { drizzleRepository, type RowMapper } from './index.js'
import { selectionOf } from './selection.js'

interface Sent {
  readonly sql: string
  readonly params: readonly unknown[]
}

/** A database that notes what it is sent, and answers every statement with one row, or others. */
function noting(dialect = new PgDialect(), rows: readonly object[] = [{}]) {
  const sent: Sent[] = []
  const prepareQuery = ({ sql, params }: Sent) => ({
    execute: async () => {
      sent.push({ sql, params })
      return rows
    },
    setToken() {
      return this
    },
  })
  // Sound: repositories use no more of a session than this.
  return {
    sent,
    db: new PgDatabase(dialect, { prepareQuery, transaction: () => {} } as never, undefined) as Executor,
  }
}

/** A database that has a `select` of its own, and so every text of a read made anew. */
function unkept(db: Executor): Executor {
  return Object.create(db, { select: { value: db.select.bind(db) } })
}

const point = customType<{ data: { x: number } }>({
  dataType: () => 'point',
  toDriver: ({ x }): SQL => sql`point(${x}, 0)`,
})

const things = pgTable('things', {
  id: uuid().primaryKey(),
  name: text().notNull(),
  data: jsonb(),
  at: timestamp({ withTimezone: true }),
  count: integer(),
  version: integer().notNull(),
})

const thing = fc.record(
  {
    id: fc.uuid(),
    name: fc.string().filter((name) => !/[\0\p{Surrogate}]/u.test(name)),
    data: fc.option(fc.jsonValue()),
    at: fc.option(fc.date({ noInvalidDate: true })),
    count: fc.option(fc.integer()),
    version: fc.integer({ min: 0, max: 3 }),
  },
  { requiredKeys: ['id', 'name', 'version'] },
)

describe('a statement of a text that is kept', () => {
  test('is what drizzle makes of the same values, whatever was sent before', async () => {
    const dialect = new PgDialect()
    await fc.assert(
      fc.asyncProperty(fc.array(thing, { minLength: 1, maxLength: 6 }), async (rows) => {
        const { sent, db } = noting(dialect)
        const repository = drizzleRepository({ executor: db, table: things })
        for (const row of rows) await repository.save(row as never)

        const fresh = noting()
        for (const { id, version, ...rest } of rows) {
          const filled = { data: null, at: null, count: null, ...rest, version: version + 1 }
          const update = fresh.db
            .update(things)
            .set(filled)
            .where(sql`(${things.id} = ${sql.param(id, things.id)} and ${things.version} = ${version})`)
          const insert = fresh.db.insert(things).values({ id, ...rest, version: 1 })
          await (version > 0
            ? update.returning(selectionOf(things) as never)
            : insert.onConflictDoNothing({ target: things.id }).returning(selectionOf(things) as never))
        }
        expect(sent).toEqual(fresh.sent)
      }),
      { numRuns: runs({ ci: 100, soak: 5_000 }) },
    )
  })

  test('has no part of another: a table with and without versions, by this id and by that', async () => {
    const { sent, db } = noting()
    const table = pgTable('tables', { id: text().primaryKey(), code: text().unique(), version: integer() })
    const entity = { id: 'a', code: 'b', version: 2 }
    await drizzleRepository({ executor: db, table }).save(entity)
    await drizzleRepository({ executor: db, table, id: 'code' }).save(entity)
    await drizzleRepository({ executor: db, table, version: 'version' }).save(entity)
    const where = (id: string) => `where ("tables"."${id}" = $3 and "tables"."version" = $4)`
    expect(sent.map(({ sql }) => sql.slice(sql.indexOf('where'), sql.indexOf(' returning')))).toEqual([
      where('id'),
      where('code'),
      where('id'),
    ])

    const plain = pgTable('plain', { id: text().primaryKey(), code: text() })
    const mapper: RowMapper<typeof entity, typeof plain> = {
      toDomain: () => entity,
      toRow: ({ id, code }) => ({ id, code }),
    }
    await drizzleRepository({ executor: db, table: plain, mapper }).save(entity)
    expect(sent.at(-1)?.sql).toContain('do update set "code" = excluded."code"')
  })

  test('is not kept where a value is SQL of its own, or becomes it', async () => {
    const { sent, db } = noting()
    const table = pgTable('places', { id: text().primaryKey(), place: point(), version: integer() })
    const mapper: RowMapper<{ name: unknown; x: number; version: number }, typeof table> = {
      toDomain: () => ({ name: '', x: 0, version: 0 }),
      toRow: ({ name, x, version }) => ({ id: name, place: { x }, version }) as never,
    }
    const repository = drizzleRepository({ executor: db, table, mapper })
    await repository.save({ name: 'here', x: 1, version: 0 })
    await repository.save({ name: sql`lower(${'THERE'})`, x: 2, version: 0 })
    expect(sent.map(({ sql, params }) => [/values \((.*?), \$\d+\) on/.exec(sql)?.[1], params])).toEqual([
      ['$1, point($2, 0)', ['here', 1, 1]],
      ['lower($1), point($2, 0)', ['THERE', 2, 1]],
    ])
  })

  test('is not kept where drizzle makes values up: each row gets its own', async () => {
    const { sent, db } = noting()
    let made = 0
    const table = pgTable('made_up', {
      id: text().primaryKey(),
      number: integer().$defaultFn(() => ++made),
      changes: integer().$onUpdateFn(() => ++made),
      version: integer(),
    })
    const mapper: RowMapper<{ id: string; version: number }, typeof table> = {
      toDomain: ({ id }) => ({ id, version: 0 }),
      toRow: ({ id, version }) => ({ id, version }) as never,
    }
    const repository = drizzleRepository({ executor: db, table, mapper })
    await repository.save({ id: 'a', version: 0 })
    await repository.save({ id: 'b', version: 0 })
    expect(sent.map(({ params }) => params)).toEqual([
      ['a', 1, 2, 1],
      ['b', 3, 4, 1],
    ])
  })

  test('is made by the names of its own database', async () => {
    const camel = pgTable('camel', { id: text().primaryKey(), firstName: text(), version: integer() })
    const texts: string[] = []
    for (const casing of [undefined, 'snake_case', 'camelCase'] as const) {
      const { sent, db } = noting(new PgDialect(casing && { casing }))
      await drizzleRepository({ executor: db, table: camel }).save({ id: 'a', firstName: 'b', version: 1 })
      texts.push(/"(first.*?)"/.exec(sent[0]?.sql ?? '')?.[1] ?? '')
    }
    expect(texts).toEqual(['firstName', 'first_name', 'firstName'])
  })

  test('is kept for a number of shapes only, and made again beyond it', async () => {
    const columns = Array.from({ length: 9 }, (_, index) => [`c${index}`, integer()] as const)
    const table = pgTable('wide', {
      id: text().primaryKey(),
      version: integer().notNull(),
      ...Object.fromEntries(columns),
    })
    const { sent, db } = noting()
    const repository = drizzleRepository({ executor: db, table })
    const save = (bits: number) => {
      const given = columns.flatMap(([name], index) => ((bits >> index) & 1 ? [[name, index]] : []))
      return repository.save({ id: 'a', version: 0, ...Object.fromEntries(given) } as never)
    }
    for (let bits = 0; bits < 512; bits++) await save(bits)
    await save(5)
    expect(sent.at(-1)).toEqual(sent[5])
    expect(new Set(sent.map(({ sql }) => sql)).size).toBe(512)
  })
})

describe('a read of a text that is kept', () => {
  const fields = fc.constantFrom('name', 'count', 'at', 'data.a')
  const value = fc.oneof(fc.string(), fc.integer(), fc.constantFrom(null, new Date(7), true))
  const leaf = fc.oneof(
    fc.tuple(fc.constantFrom('equals', 'notEquals', 'greaterThan'), fields, value),
    fc.tuple(fc.constant('isIn'), fields, fc.array(value, { maxLength: 3 })),
  )
  const condition = fc.array(leaf, { maxLength: 2 }).map((leaves) => ({
    op: 'and',
    of: leaves.map(([op, field, value]) => ({ op, field, value })),
  }))
  const orderBy = fc.constantFrom(
    undefined,
    [{ field: 'name' }],
    [{ field: 'count', direction: 'desc' }, { field: 'at' }],
  )
  const read = fc.oneof(
    fc.tuple(fc.constant('findById'), fc.oneof(fc.uuid(), fc.constantFrom('none', 7, undefined))),
    fc.tuple(
      fc.constant('find'),
      condition,
      fc.record({
        orderBy,
        limit: fc.constantFrom(1, 5, Number.POSITIVE_INFINITY),
        offset: fc.constantFrom(0, 3),
      }),
    ),
    fc.tuple(fc.constant('findPage'), condition, fc.record({ orderBy, limit: fc.constantFrom(1, 5) })),
    fc.tuple(fc.constantFrom('count', 'exists'), condition),
  )
  type Method = 'findById' | 'find' | 'findPage' | 'count' | 'exists'

  /** What a repository answers is of no interest, also where it refuses the condition. */
  async function ask(executor: Executor, [method, what, options]: readonly unknown[]): Promise<void> {
    const repository = drizzleRepository({ executor, table: things })
    const given = method === 'findById' ? what : specificationOf(what as never)
    await (repository[method as Method] as (...args: unknown[]) => Promise<unknown>)(given, options)
  }

  test('is what drizzle makes of the same values, whatever was read before', async () => {
    const dialect = new PgDialect()
    let compared = 0
    await fc.assert(
      fc.asyncProperty(fc.array(read, { minLength: 1, maxLength: 8 }), async (reads) => {
        const [kept, plain] = [noting(dialect, []), noting(dialect, [])]
        const own = unkept(plain.db)
        for (const each of reads) {
          const [one, other] = await Promise.allSettled([ask(kept.db, each), ask(own, each)])
          expect(one).toEqual(other)
        }
        expect(kept.sent).toEqual(plain.sent)
        compared += kept.sent.length
      }),
      { numRuns: runs({ ci: 200, soak: 5_000 }) },
    )
    expect(compared).toBeGreaterThan(100)
  })

  test('is not that of another order of the same column', async () => {
    const table = pgTable('texts', { id: text().primaryKey(), at: timestamp({ mode: 'string' }) })
    const [kept, plain] = [noting(new PgDialect(), []), noting(new PgDialect(), [])]
    for (const executor of [kept.db, unkept(plain.db)]) {
      const repository = drizzleRepository({ executor, table })
      for (const _ of [1, 2]) {
        for await (const _ of repository.stream(always()));
        await repository.findPage(always())
        await repository.findPage(always(), { orderBy: [{ field: 'at' }] })
        for await (const _ of repository.stream(always(), { orderBy: [{ field: 'id' }] }));
      }
    }
    expect(kept.sent).toEqual(plain.sent)
    expect(new Set(kept.sent.map(({ sql }) => sql)).size).toBe(3)
  })

  test('is sent by what chooses a database for it', async () => {
    const [primary, replica] = [noting(), noting()]
    const db = withReplicas(primary.db as never, [replica.db as never]) as unknown as Executor
    const repository = drizzleRepository({ executor: db, table: things })
    await repository.count(always())
    await repository.count(always())
    expect([primary.sent, replica.sent.length]).toEqual([[], 2])
  })
})
