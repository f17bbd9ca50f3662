import { checkText, invalidOption } from '@base/core/options'
import { sql } from 'drizzle-orm'
import { type Executor, isTransaction } from '../executor.js'
import { withFailures } from '../failures/failures.js'
import { watchStatements } from '../statement-watch/watch-statements.js'
import { checkWellFormed } from '../well-formed-text.js'

const place = { package: '@base/drizzle', pattern: 'withTenant' }

/**
 * Sets `app.tenant_id` for the rest of the transaction, where the policies of {@link rlsPolicies} read it. It ends with the
 * transaction, so the next one on the connection has no tenant, and sees no rows until it sets one.
 *
 * @example
 * await db.transaction(async (tx) => {
 *   await withTenant(tx, 'acme')
 *   return tx.select().from(invoices) // those of acme
 * })
 *
 * @throws InvalidOptionError for an executor that is no transaction, where it would be forgotten at once, and for an id
 * that is empty or that PostgreSQL cannot hold.
 */
export async function withTenant(executor: Executor, id: string): Promise<void> {
  if (!isTransaction(executor))
    throw invalidOption(typeof executor, { ...place, option: 'executor' }, 'a transaction')
  const at = { ...place, option: 'id' }
  const tenant = checkWellFormed(checkText(id, at), at)
  await withFailures(() =>
    watchStatements(executor).execute(sql`select set_config('app.tenant_id', ${tenant}, true)`),
  )
}
