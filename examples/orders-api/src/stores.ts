import { createIdempotency, type Idempotency } from '@base/application/idempotency'
import type { UnitOfWork } from '@base/domain/unit-of-work'
import { drizzleIdempotencyStore } from '@base/drizzle/idempotency'
import type { Executor } from '@base/drizzle/repository'
import { drizzleUnitOfWork } from '@base/drizzle/unit-of-work'
import { accountsOn } from './accounts/account-table.ts'
import { customersOn } from './customers/customer-table.ts'
import type { Database } from './database/database.ts'
import type { ShopCipher } from './encryption/shop-cipher.ts'
import { itemsOn } from './items/item-table.ts'
import { fencesOn } from './jobs/fences.ts'
import { ordersOn } from './orders/order-table.ts'
import { providerAccountsOn } from './provider/provider-accounts.ts'

/** What the service keeps, by its ports: in the database, or in a unit of work. */
export type Repositories = ReturnType<typeof repositoriesOn>

/** The repositories, and the units in which they change together. */
export interface Stores extends Repositories {
  readonly unitOfWork: UnitOfWork<Repositories>
  /** Deletes the keys of requests that are over; a claim within a unit of work deletes none. */
  readonly pruneKeys: () => Promise<number>
}

/** The stores in a database. */
export function openStores({ db, units }: Pick<Database, 'db' | 'units'>, cipher: ShopCipher): Stores {
  const keys = drizzleIdempotencyStore(db)
  const requests = createIdempotency({ store: keys })
  const on = (executor: Executor) => repositoriesOn(executor, cipher, requests)
  return { ...on(db), unitOfWork: drizzleUnitOfWork(units, on), pruneKeys: () => keys.prune() }
}

function repositoriesOn(executor: Executor, cipher: ShopCipher, requests: Idempotency) {
  return {
    items: itemsOn(executor),
    customers: customersOn(executor, cipher),
    // The same customers, as those who sign in.
    accounts: accountsOn(executor, cipher),
    providerAccounts: providerAccountsOn(executor),
    orders: ordersOn(executor),
    // Its keys are kept, or not, together with what else changes.
    idempotency: requests.within(drizzleIdempotencyStore(executor)),
    fences: fencesOn(executor),
  }
}
