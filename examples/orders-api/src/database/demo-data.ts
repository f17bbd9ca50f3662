import type { Executor } from '@base/drizzle/repository'
import { customerTable } from '../customers/customer-table.ts'

/** Makes the customer that the printed curl lines order for. */
export async function addDemoCustomer(db: Executor): Promise<void> {
  const ada = { username: 'ada', name: 'Ada Lovelace', email: 'ada@example.com', version: 1 }
  await db.insert(customerTable).values(ada).onConflictDoNothing()
}
