import type { UnitOfWork } from '@base/domain/unit-of-work'
import type { Customers } from './customers/customer.ts'
import { customerTable } from './customers/customer-table.ts'
import type { Database, Queries } from './database/database.ts'
import { Table } from './database/table.ts'
import { unitOfWorkOn } from './database/unit-of-work.ts'
import type { Items } from './items/item.ts'
import { itemTable } from './items/item-table.ts'
import type { Orders } from './orders/order.ts'
import { OrderTable } from './orders/order-table.ts'

/** What the service keeps, by its ports. */
export interface Repositories {
  readonly items: Items
  readonly customers: Customers
  readonly orders: Orders
}

/** The repositories, and the units in which they change together. */
export interface Stores extends Repositories {
  readonly unitOfWork: UnitOfWork<Repositories>
}

/** The stores in a database. What a unit of work reads stays locked until it ends. */
export function openStores(database: Database): Stores {
  return {
    ...repositoriesOn(database, false),
    unitOfWork: unitOfWorkOn(database, (queries) => repositoriesOn(queries, true)),
  }
}

function repositoriesOn(queries: Queries, locking: boolean): Repositories {
  return {
    items: new Table(queries, itemTable, locking),
    customers: new Table(queries, customerTable),
    orders: new OrderTable(queries, locking),
  }
}
