import type { Queries } from './database.ts'

/** Makes the customer that the printed curl lines order for. */
export async function addDemoCustomer(queries: Queries): Promise<void> {
  await queries.query(
    `insert into customers (username, name, email) values ('ada', 'Ada Lovelace', 'ada@example.com')
     on conflict do nothing`,
  )
}
