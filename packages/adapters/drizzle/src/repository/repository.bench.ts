import { where } from '@base/domain/specification'
import { drizzleRepository } from '@base/drizzle/repository'
import { bench } from '@base-internal/tools/bench'
import { PGlite } from '@electric-sql/pglite'
import { and, eq, gt, sql } from 'drizzle-orm'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/pglite'

const ROWS = 1_000

const client = await PGlite.create()
await client.exec(`create table items (id integer primary key, name text not null, n integer not null, version integer not null);
  insert into items select i, 'item ' || i, i % 10, 1 from generate_series(0, ${ROWS - 1}) i`)

const items = pgTable('items', {
  id: integer().primaryKey(),
  name: text().notNull(),
  n: integer().notNull(),
  version: integer().notNull(),
})
type Item = typeof items.$inferSelect

const db = drizzle(client)
const repository = drizzleRepository({ executor: db, table: items })
const isItem = where<Item>()
const idOf = (index: number) => index % ROWS
const rowOf = async (index: number): Promise<Item> =>
  ({ id: idOf(index), name: `item ${index}`, n: 1, version: await versionOf(idOf(index)) }) as Item

const versions = new Map<number, number>()
const versionOf = async (id: number) => versions.get(id) ?? 1
/** Whose turn it was does not matter: both count the saves. */
const count = (row: Item | undefined): number => {
  if (row !== undefined) versions.set(row.id, row.version)
  return row?.id ?? -1
}

await bench({
  name: 'drizzleRepository on PGlite',
  ours: '@base/drizzle',
  workloads: {
    'one by its id': {
      contestants: {
        '@base/drizzle': (index: number) => repository.findById(idOf(index)),
        drizzle: async (index: number) => {
          const [row] = await db
            .select()
            .from(items)
            .where(eq(items.id, idOf(index)))
            .limit(1)
          return row
        },
      },
    },
    'ten by a rule': {
      contestants: {
        '@base/drizzle': (index: number) =>
          repository.find(isItem.equals('n', index % 10).and(isItem.greaterThan('id', 10)), {
            orderBy: [{ field: 'id' }],
            limit: 10,
          }),
        drizzle: (index: number) =>
          db
            .select()
            .from(items)
            .where(and(eq(items.n, index % 10), gt(items.id, 10)))
            .orderBy(items.id)
            .limit(10)
            .execute(),
      },
    },
    'a save of its version': {
      contestants: {
        '@base/drizzle': async (index: number) => count(await repository.save(await rowOf(index))),
        drizzle: async (index: number) => {
          const { id, version, ...rest } = await rowOf(index)
          const [row] = await db
            .update(items)
            .set({ ...rest, version: sql`${items.version} + 1` })
            .where(and(eq(items.id, id), eq(items.version, version)))
            .returning()
          return count(row)
        },
      },
    },
  },
})
await client.close()
