import { drizzleUnitOfWork, nodePostgres } from '@base/drizzle/unit-of-work'
import { bench } from '@base-internal/tools/bench'
import { services } from '@base-internal/tools/services'
import { eq, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable } from 'drizzle-orm/pg-core'
import pg from 'pg'

await using postgres = await services.postgres()
const stock = pgTable('stock', { id: integer().primaryKey(), pieces: integer().notNull() })

const pool = new pg.Pool({ connectionString: postgres.url, max: 1 })
await pool.query(`create table stock (id integer primary key, pieces integer not null);
  insert into stock select n, 1000000 from generate_series(1, 100) as n`)
const db = drizzle(pool)
const units = drizzleUnitOfWork(nodePostgres(pool), (executor) => ({ on: { executor } }))

const idOf = (n: number) => (n % 100) + 1
const take = (executor: Pick<typeof db, 'update'>, n: number) =>
  executor
    .update(stock)
    .set({ pieces: sql`${stock.pieces} - 1` })
    .where(eq(stock.id, idOf(n)))

try {
  await bench({
    name: '@base/drizzle/unit-of-work on PostgreSQL',
    ours: '@base/drizzle',
    workloads: {
      'a unit with one statement': {
        floor: async (n) => {
          const client = await pool.connect()
          await client.query('begin')
          await client.query('update stock set pieces = pieces - 1 where id = $1', [idOf(n)])
          await client.query('commit')
          client.release()
        },
        contestants: {
          '@base/drizzle': (n) => units.run(async ({ on }) => void (await take(on.executor as typeof db, n))),
          "drizzle's transaction": (n) => db.transaction(async (tx) => void (await take(tx, n))),
        },
      },
    },
  })
} finally {
  await pool.end()
}
