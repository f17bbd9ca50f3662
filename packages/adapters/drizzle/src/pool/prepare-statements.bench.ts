import { prepareStatements } from '@base/drizzle/pool'
import { drizzleRepository } from '@base/drizzle/repository'
import { bench } from '@base-internal/tools/bench'
import { services } from '@base-internal/tools/services'
import { eq, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import pg from 'pg'

await using postgres = await services.postgres()
const items = pgTable('items', { id: integer().primaryKey(), name: text().notNull() })

const open = () => new pg.Pool({ connectionString: postgres.url, max: 1 })
const [plain, prepared] = [open(), prepareStatements(open())]
await plain.query(`create table items (id integer primary key, name text not null);
  insert into items select n, 'item ' || n from generate_series(1, 1000) as n`)

const on = (pool: pg.Pool) => drizzleRepository({ executor: drizzle(pool), table: items })
const [plainItems, preparedItems] = [on(plain), on(prepared)]
const byDrizzle = drizzle(plain)
  .select()
  .from(items)
  .where(eq(items.id, sql.placeholder('id')))
  .prepare('item')

const idOf = (n: number) => (n % 1_000) + 1

try {
  await bench({
    name: '@base/drizzle/pool on PostgreSQL',
    ours: '@base/drizzle',
    workloads: {
      'a row by its key': {
        floor: (n) =>
          plain.query('select id, name from items where id = $1', [idOf(n)]).then(({ rows }) => rows[0]),
        contestants: {
          '@base/drizzle': (n) => preparedItems.findById(idOf(n)),
          'without prepareStatements': (n) => plainItems.findById(idOf(n)),
          "drizzle's own, prepared by hand": (n) => byDrizzle.execute({ id: idOf(n) }).then(([row]) => row),
        },
      },
    },
  })
} finally {
  await Promise.all([plain.end(), prepared.end()])
}
