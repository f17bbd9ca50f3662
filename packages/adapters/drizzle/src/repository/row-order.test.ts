import { always } from '@base/domain/specification'
import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/pglite'
import { beforeAll, describe, expect, test } from 'vitest'
import { describePglite } from '../test-databases.js'
import { drizzleRepository } from './drizzle-repository.js'

const places = pgTable('places', {
  id: uuid().primaryKey(),
  code: text().notNull().unique(),
  alias: text().unique(),
  name: text().notNull(),
})
/** The same table, whose code is its key, as where an entity has an id of its own. */
const byCode = pgTable('places', {
  id: uuid().notNull().unique(),
  code: text().primaryKey(),
  name: text().notNull(),
})

const NAMED = ['a', 'b', 'a', 'b', 'a']

describe('an order', () => {
  describePglite((database) => {
    const sent: string[] = []
    const db = () => drizzle(database.client, { logger: { logQuery: (query) => void sent.push(query) } })
    const ordered = () => sent.map((query) => /order by (.*) limit/.exec(query)?.[1])

    beforeAll(async () => {
      await database.run(
        'create table places (id uuid primary key, code text not null unique, alias text unique, name text not null)',
      )
      const rows = NAMED.map((name, n) => {
        return { id: `00000000-0000-4000-8000-00000000000${n}`, code: `c${9 - n}`, alias: null, name }
      })
      await drizzleRepository({ executor: db(), table: places }).saveMany(rows)
    })

    test.each([
      [['code', 'name'], '"places"."code" collate "C" asc nulls last'],
      [
        ['name', 'code', 'alias'],
        '"places"."name" collate "C" asc nulls last, "places"."code" collate "C" asc nulls last',
      ],
      [['id', 'name'], '"places"."id" asc nulls last'],
      [['alias'], '"places"."alias" collate "C" asc nulls last, "places"."id" asc nulls last'],
      [['name'], '"places"."name" collate "C" asc nulls last, "places"."id" asc nulls last'],
    ] as const)('of %j goes down to what tells rows apart', async (fields, expected) => {
      sent.length = 0
      const repository = drizzleRepository({ executor: db(), table: places })
      const orderBy = fields.map((field) => ({ field }))
      await repository.find(always(), { orderBy, limit: 5 })
      const first = await repository.findPage(always(), { orderBy, limit: 3 })
      const second = await repository.findPage(always(), {
        orderBy,
        limit: 3,
        after: first.pageInfo.endCursor,
      })
      expect([...new Set(ordered())].filter((order) => order !== undefined)).toEqual([expected])
      expect([...first.items, ...second.items]).toEqual(await repository.find(always(), { orderBy }))
    })

    test('of two columns that a casing calls alike is that of each', async () => {
      await database.run(`create table spelled (id integer primary key, tenant_id text, "tenantId" text);
        insert into spelled values (1, 'a', 'z'), (2, 'b', 'y')`)
      const table = pgTable('spelled', {
        id: integer().primaryKey(),
        tenantId: text(),
        legacy: text('tenantId'),
      })
      const executor = drizzle(database.client, { casing: 'snake_case' })
      const repository = drizzleRepository({ executor, table })
      const by = async (field: 'tenantId' | 'legacy') =>
        (await repository.find(always(), { orderBy: [{ field }] })).map(({ id }) => id)
      expect([await by('tenantId'), await by('legacy')]).toEqual([
        [1, 2],
        [2, 1],
      ])
    })

    test('by the key of the table ends there where an entity has another id', async () => {
      sent.length = 0
      const repository = drizzleRepository({ executor: db(), table: byCode })
      await repository.findPage(always(), { orderBy: [{ field: 'code', direction: 'desc' }], limit: 3 })
      expect(ordered()).toEqual(['"places"."code" collate "C" desc nulls first'])
    })
  })
})
