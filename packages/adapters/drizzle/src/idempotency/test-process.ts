import { createIdempotency } from '@base/application/idempotency'
import { drizzleIdempotencyStore } from '@base/drizzle/idempotency'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'

/**
 * `node test-process.ts <url> <key> hang`: takes the key, has its effect, says so, and never ends.
 * `node test-process.ts <url> <key> crowd`: sends 25 equal requests at once, and prints their values.
 */
const [url = '', key = '', what] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString: url, max: 5 })
const db = drizzle(pool)
const idempotency = createIdempotency({ store: drizzleIdempotencyStore(db), lease: '1h', wait: '1m' })

const request = () =>
  idempotency.run(key, 'f', async ({ fence }) => {
    await db.execute(sql`insert into effects (key, fence) values (${key}, ${fence.toString()}::bigint)`)
    if (what === 'hang') {
      console.log('running')
      await new Promise((resolve) => setTimeout(resolve, 600_000))
    }
    return `effect of ${process.pid}`
  })

if (what === 'hang') await request()
const results = await Promise.all(Array.from({ length: 25 }, request))
console.log(JSON.stringify(results.map(({ value, replayed }) => [value, replayed])))
await pool.end()
