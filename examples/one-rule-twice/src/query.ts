import { readFileSync } from 'node:fs'
import { argv } from 'node:process'
import { compileSpecification } from '@base/drizzle/specification'
import { PGlite } from '@electric-sql/pglite'
import { boolean, integer, pgTable, text } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/pglite'
import { type Invoice, toRemind } from './rule.ts'

const invoices = pgTable('invoices', {
  id: integer().primaryKey(),
  customer: text().notNull(),
  cents: integer().notNull(),
  due: text().notNull(),
  paid: boolean().notNull(),
})

// node src/query.ts invoices.json 2026-02-01
const [, , file = '', today = ''] = argv
const client = new PGlite()
await client.exec('create table invoices (id integer, customer text, cents integer, due text, paid boolean)')
const db = drizzle(client)
await db.insert(invoices).values(JSON.parse(readFileSync(file, 'utf8')) as Invoice[])

const query = db
  .select()
  .from(invoices)
  .where(compileSpecification(toRemind(today), invoices))
console.log(query.toSQL().sql)
for (const { id } of await query) console.log(id, 'remind')
await client.close()
