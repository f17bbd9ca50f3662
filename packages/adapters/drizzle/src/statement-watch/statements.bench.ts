import { subscribe } from 'node:diagnostics_channel'
import { drizzleRepository } from '@base/drizzle/repository'
import { bench } from '@base-internal/tools/bench'
import { eq } from 'drizzle-orm'
import { drizzle, type NodePgClient } from 'drizzle-orm/node-postgres'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'

const items = pgTable('items', { id: integer().primaryKey(), name: text().notNull() })

/** A database that answers at once, so that nothing but the way to it is measured. */
function database() {
  const client = { query: () => Promise.resolve({ rows: [[7, 'item 7']], rowCount: 1 }) }
  return drizzle(client as unknown as NodePgClient)
}

const [bare, watched] = [database(), database()]
drizzleRepository({ executor: watched, table: items })
const read = (db: typeof bare) => () => db.select().from(items).where(eq(items.id, 7))

await bench({
  name: 'statements that are told of, on a database that answers at once',
  ours: '@base/drizzle',
  workloads: {
    'nobody listens': { contestants: { '@base/drizzle': read(watched), drizzle: read(bare) } },
  },
})

subscribe('base:drizzle:query:end', () => {})
await bench({
  name: 'the same',
  ours: '@base/drizzle',
  workloads: {
    'somebody listens': { contestants: { '@base/drizzle': read(watched), drizzle: read(bare) } },
  },
})
