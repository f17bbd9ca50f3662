import type { PageOptions } from '@base/domain/repository'
import { where } from '@base/domain/specification'
import { drizzleRepository, type Executor } from '@base/drizzle/repository'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { emailColumn, emailPlace, sealEmail } from '../encryption/email.ts'
import type { ShopCipher } from '../encryption/shop-cipher.ts'
import type { Customer, Customers } from './customer.ts'

/** Customers in the database, which does not know their e-mail addresses. */
export const customerTable = pgTable('customers', {
  username: text().primaryKey(),
  name: text().notNull(),
  /** Encrypted for its row. */
  email: text().notNull(),
  /** Its blind index: the same for the same address, and nothing else. */
  emailIndex: text('email_index').notNull(),
  version: integer().notNull(),
})

type CustomerRow = typeof customerTable.$inferSelect

/** The customers of a database, or of a unit of work. */
export function customersOn(executor: Executor, cipher: ShopCipher): Customers {
  const rows = drizzleRepository({ executor, table: customerTable, id: 'username', name: 'customer' })

  async function open({ emailIndex: _, ...row }: CustomerRow): Promise<Customer> {
    return { ...row, email: await cipher.decrypt<string>(row.email, emailPlace(row.username)) }
  }
  return {
    findById: async (username) => {
      const row = await rows.findById(username)
      return row && open(row)
    },
    findByEmail: async (email) => {
      const indexes = await cipher.blindIndexes(email, emailColumn)
      const row = await rows.findOne(where<CustomerRow>().isIn('emailIndex', indexes))
      return row && open(row)
    },
    findPage: async (specification, options) => {
      // What customers are ordered by stands in their rows too.
      const page = await rows.findPage(specification, options as unknown as PageOptions<CustomerRow>)
      return { ...page, items: await Promise.all(page.items.map(open)) }
    },
    save: async (customer) => {
      const sealed = await sealEmail(cipher, customer.username, customer.email)
      const { version } = await rows.save({ ...customer, ...sealed })
      return { ...customer, version }
    },
  }
}
