import { createIdempotency, type Idempotency } from '@base/application/idempotency'
import type { UnitOfWork } from '@base/domain/unit-of-work'
import { drizzleIdempotencyStore } from '@base/drizzle/idempotency'
import type { Executor } from '@base/drizzle/repository'
import { drizzleUnitOfWork } from '@base/drizzle/unit-of-work'
import type { Accounts } from './accounts/account.ts'
import { accountsOn } from './accounts/account-table.ts'
import type { Customers } from './customers/customer.ts'
import { customersOn } from './customers/customer-table.ts'
import type { Database } from './database/database.ts'
import type { ShopCipher } from './encryption/shop-cipher.ts'
import type { Items } from './items/item.ts'
import { itemsOn } from './items/item-table.ts'
import { fencesOn } from './jobs/fence-table.ts'
import type { Fences } from './jobs/fences.ts'
import type { Orders } from './orders/order.ts'
import { ordersOn } from './orders/order-table.ts'
import { type ProviderAccounts, providerAccountsOn } from './provider/provider-accounts.ts'

/** What the service keeps, by its ports. */
export interface Repositories {
  readonly items: Items
  readonly customers: Customers
  /** The same customers, as those who sign in. */
  readonly accounts: Accounts
  readonly providerAccounts: ProviderAccounts
  readonly orders: Orders
  /** Its keys are kept, or not, together with what else changes. */
  readonly idempotency: Idempotency
  readonly fences: Fences
}

/** The repositories, and the units in which they change together. */
export interface Stores extends Repositories {
  readonly unitOfWork: UnitOfWork<Repositories>
}

/** The stores in a database. */
export function openStores({ db, units }: Pick<Database, 'db' | 'units'>, cipher: ShopCipher): Stores {
  const on = (executor: Executor) => repositoriesOn(executor, cipher)
  return { ...on(db), unitOfWork: drizzleUnitOfWork(units, on) }
}

function repositoriesOn(executor: Executor, cipher: ShopCipher): Repositories {
  return {
    items: itemsOn(executor),
    customers: customersOn(executor, cipher),
    accounts: accountsOn(executor, cipher),
    providerAccounts: providerAccountsOn(executor),
    orders: ordersOn(executor),
    idempotency: createIdempotency({ store: drizzleIdempotencyStore(executor) }),
    fences: fencesOn(executor),
  }
}
