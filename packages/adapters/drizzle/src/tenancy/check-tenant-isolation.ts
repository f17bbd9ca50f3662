import { checkText, invalidOption } from '@base/core/options'
import { is, type SQL, sql } from 'drizzle-orm'
import { PgTable } from 'drizzle-orm/pg-core'
import { type Executor, rowsOf } from '../executor.js'
import { withFailures } from '../failures/failures.js'
import { watchStatements } from '../statement-watch/watch-statements.js'
import { problemsOfTables, protection } from './protection.js'
import { quotedTable } from './quoted.js'
import { TenantsNotIsolatedError } from './tenants-not-isolated-error.js'
import { openViews, problemsOfViews } from './views.js'

const where = { package: '@base/drizzle', pattern: 'checkTenantIsolation' }

/** Options of {@link checkTenantIsolation}. */
export interface TenantIsolationOptions {
  /** The column by which tables and views are found, and which policies of tables that have it must name. @defaultValue 'tenant_id' */
  readonly column?: string
  /** Tables that must be protected too, whatever their columns. @defaultValue none */
  readonly tables?: readonly PgTable[]
}

/**
 * The self-test for the start of a service: that each table with a tenant column, in every schema, has row security, has it
 * forced, and has only permissive policies whose expressions, `using` and `with check` each by itself, name `app.tenant_id`
 * and the column; that no view with the column shows the role of this connection what its own policies would not, as
 * materialized views do and views of a superuser without `security_invoker`, also as what another view reads, unless that
 * names `app.tenant_id` and the column; and that the role does not pass policies by. Give it the role and the database that the service works with.
 *
 * It reads names and does not judge what an expression makes of them. Views without the column, foreign tables and
 * functions are not looked at, nor are partitions that no view reads and that the role has no privilege on, nor any role that it is a member of.
 *
 * @example
 * await checkTenantIsolation(db) // before the first request is taken
 *
 * @throws TenantsNotIsolatedError naming every table and view, and the role.
 */
export async function checkTenantIsolation(
  executor: Executor,
  { column = 'tenant_id', tables = [] }: TenantIsolationOptions = {},
): Promise<void> {
  checkText(column, { ...where, option: 'column' })
  const named = [...tables].map((table) => {
    if (!is(table, PgTable)) throw invalidOption(table, { ...where, option: 'tables' }, 'tables of drizzle')
    return quotedTable(table)
  })
  const rows = (statement: SQL) =>
    withFailures(async () => rowsOf(await watchStatements(executor).execute(statement)))
  const [role] = await rows(ROLE)
  const problems = [
    ...problemsOfRole(role ?? {}),
    ...problemsOfTables(await rows(protection(column, named)), column),
    ...problemsOfViews(await rows(openViews(column))),
  ]
  if (problems.length > 0) throw new TenantsNotIsolatedError(problems)
}

const ROLE = sql`select rolname::text as name, rolsuper as super, rolbypassrls as bypass
  from pg_roles where rolname = current_user`

function problemsOfRole({ name, super: isSuper, bypass }: Record<string, unknown>): string[] {
  if (isSuper === true) return [`Role '${name}' is a superuser, whom no policy binds.`]
  return bypass === true ? [`Role '${name}' has BYPASSRLS.`] : []
}
