import { createIdempotency, fingerprintOf } from '@base/application/idempotency'
import { drizzleIdempotencyStore, idempotencyMigrations } from '@base/drizzle/idempotency'
import { migrate } from '@base/drizzle/migrate'
import { bench } from '@base-internal/tools/bench'
import { services } from '@base-internal/tools/services'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'

await using postgres = await services.postgres()
const pool = new pg.Pool({ connectionString: postgres.url, max: 5 })
const db = drizzle(pool)
await migrate(db, idempotencyMigrations)
await pool.query('create table plain (key text primary key, outcome text)')

const place = async () => ({ id: 7 })
const idempotency = createIdempotency({ store: drizzleIdempotencyStore(db) })
const byOurs = async (key: string) => (await idempotency.run(key, fingerprintOf({ sku: 'a' }), place)).value
const inTransaction = (key: string) =>
  db.transaction(async (tx) => {
    const within = idempotency.within(drizzleIdempotencyStore(tx))
    return (await within.run(key, fingerprintOf({ sku: 'a' }), place)).value
  })

/** No lease, no fingerprint, no fence, and nobody can take over. */
const byTwoStatements = async (key: string) => {
  const taken = await pool.query('insert into plain (key) values ($1) on conflict do nothing', [key])
  if (taken.rowCount === 0) {
    const { rows } = await pool.query('select outcome from plain where key = $1', [key])
    return JSON.parse(rows[0].outcome)
  }
  const value = await place()
  await pool.query('update plain set outcome = $2 where key = $1', [key, JSON.stringify(value)])
  return value
}

let fresh = 0
const first = (by: (key: string) => Promise<unknown>) => () => by(`first ${fresh++}`)
const again = (by: (key: string) => Promise<unknown>) => () => by('known')

try {
  await bench({
    name: '@base/drizzle/idempotency on PostgreSQL',
    ours: '@base/drizzle',
    workloads: {
      'a request that comes first': {
        floor: first(byTwoStatements),
        contestants: { '@base/drizzle': first(byOurs), 'in a transaction of its own': first(inTransaction) },
      },
      'a request that comes again': {
        floor: again(byTwoStatements),
        contestants: { '@base/drizzle': again(byOurs), 'in a transaction of its own': again(inTransaction) },
      },
    },
  })
} finally {
  await pool.end()
}
