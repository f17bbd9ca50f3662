import { where } from '@base/domain/specification'
import { drizzleRepository, type Executor } from '@base/drizzle/repository'
import { bigint, integer, pgTable, text } from 'drizzle-orm/pg-core'
import { type Item, type Items, itemStatuses } from './item.ts'

/** Items in the database. */
const itemTable = pgTable('items', {
  sku: text().primaryKey(),
  name: text().notNull(),
  description: text().notNull(),
  price: bigint({ mode: 'number' }).notNull(),
  stock: integer().notNull(),
  status: text({ enum: itemStatuses }).notNull(),
  version: integer().notNull(),
})

/** The items of a database, or of a unit of work. */
export function itemsOn(executor: Executor): Items {
  const items = drizzleRepository({ executor, table: itemTable, id: 'sku', name: 'item' })
  return Object.assign(items, {
    // In one order, so that no two units wait for each other.
    lock: (skus: readonly string[]) =>
      items.find(where<Item>().isIn('sku', skus), { orderBy: [{ field: 'sku' }], lock: 'update' }),
  })
}
