import { integer, pgTable, text } from 'drizzle-orm/pg-core'

/** Customers in the database. */
export const customerTable = pgTable('customers', {
  username: text().primaryKey(),
  name: text().notNull(),
  email: text().notNull(),
  version: integer().notNull(),
})
