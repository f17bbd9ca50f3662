import { createIdempotency, type Idempotency } from '@base/application/idempotency'
import type { UnitOfWork } from '@base/domain/unit-of-work'
import { drizzleIdempotencyStore } from '@base/drizzle/idempotency'
import { drizzleRepository, type Executor } from '@base/drizzle/repository'
import { drizzleUnitOfWork } from '@base/drizzle/unit-of-work'
import type { Customers } from './customers/customer.ts'
import { customerTable } from './customers/customer-table.ts'
import type { Database } from './database/database.ts'
import type { Items } from './items/item.ts'
import { itemsOn } from './items/item-table.ts'
import type { Orders } from './orders/order.ts'
import { ordersOn } from './orders/order-table.ts'

/** What the service keeps, by its ports. */
export interface Repositories {
  readonly items: Items
  readonly customers: Customers
  readonly orders: Orders
  /** Its keys are kept, or not, together with what else changes. */
  readonly idempotency: Idempotency
}

/** The repositories, and the units in which they change together. */
export interface Stores extends Repositories {
  readonly unitOfWork: UnitOfWork<Repositories>
}

/** The stores in a database. */
export function openStores({ db, units }: Pick<Database, 'db' | 'units'>): Stores {
  return { ...repositoriesOn(db), unitOfWork: drizzleUnitOfWork(units, repositoriesOn) }
}

function repositoriesOn(executor: Executor): Repositories {
  return {
    items: itemsOn(executor),
    customers: drizzleRepository({ executor, table: customerTable, id: 'username', name: 'customer' }),
    orders: ordersOn(executor),
    idempotency: createIdempotency({ store: drizzleIdempotencyStore(executor) }),
  }
}
