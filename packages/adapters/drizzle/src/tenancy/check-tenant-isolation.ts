import { checkMethods, checkOptions, checkText, invalidOption } from '@base/core/options'
import { is, type SQL } from 'drizzle-orm'
import { PgTable } from 'drizzle-orm/pg-core'
import { type Executor, rowsOf } from '../executor.js'
import { withFailures } from '../failures/failures.js'
import { watchStatements } from '../statement-watch/watch-statements.js'
import { problemsOfTables, protection } from './protection.js'
import { quotedTable } from './quoted.js'
import { MEANS, problemsOfRoles } from './roles.js'
import { TenantsNotIsolatedError } from './tenants-not-isolated-error.js'
import { openViews, problemsOfViews } from './views.js'

const where = { package: '@base/drizzle', pattern: 'checkTenantIsolation' }

/** Options of {@link checkTenantIsolation}. */
export interface TenantIsolationOptions {
  /** The column by which tables and views are found, and which policies of tables that have it must name. @defaultValue 'tenant_id' */
  readonly column?: string | undefined
  /** Tables that must be protected too, whatever their columns. @defaultValue none */
  readonly tables?: readonly PgTable[] | undefined
  /**
   * Views that filter by the tenant themselves, which you have judged, by the names that the problems give them: neither they nor
   * what they read for the role is looked at.
   * @defaultValue none
   */
  readonly trustedViews?: readonly string[] | undefined
}

/**
 * The self-test for the start of a service: that each table with a tenant column, in every schema, has row security, has it
 * forced, and has only permissive policies whose expressions, `using` and `with check` each by itself, name `app.tenant_id`
 * and the column; that the role of this connection passes no policies by; and that no view with the column lets the role see or
 * change what its own policies would not, as materialized views do and views of a superuser without `security_invoker`, also
 * where another view reads or writes them, unless it is trusted. Roles that it can become by `set role`, or grant itself, count as the role.
 * Give it the role and the database that the service works with.
 *
 * It reads names and does not judge what an expression makes of them. That an owner can remove policies, and that `truncate`
 * empties a table for every tenant, is for grants to prevent: `select, insert, update, delete` is enough. Views without the
 * column, foreign tables, functions, triggers and rules are not looked at, nor are partitions that no view reads and that the
 * role has no privilege on.
 *
 * @example
 * await checkTenantIsolation(db) // before the first request is taken
 *
 * @throws TenantsNotIsolatedError naming every table, view and role.
 */
export async function checkTenantIsolation(
  executor: Executor,
  options: TenantIsolationOptions = {},
): Promise<void> {
  const given = checkOptions(options, where)
  const { column = 'tenant_id', tables = [], trustedViews = [] } = given
  checkMethods(executor, ['execute'], { ...where, option: 'executor' })
  checkText(column, { ...where, option: 'column' })
  const atTables = { ...where, option: 'tables' }
  if (!Array.isArray(tables)) throw invalidOption(tables, atTables, 'tables of drizzle')
  const named = tables.map((table) => {
    if (!is(table, PgTable)) throw invalidOption(table, atTables, 'tables of drizzle')
    return quotedTable(table)
  })
  const at = { ...where, option: 'trustedViews' }
  if (!Array.isArray(trustedViews)) throw invalidOption(trustedViews, at, 'names of views')
  const trusted = trustedViews.map((view) => checkText(view, at))
  const rows = (statement: SQL) =>
    withFailures(async () => rowsOf(await watchStatements(executor).execute(statement)))
  const problems = [
    ...problemsOfRoles(await rows(MEANS)),
    ...problemsOfTables(await rows(protection(column, named)), column),
    ...problemsOfViews(await rows(openViews(column, trusted))),
  ]
  if (problems.length > 0) throw new TenantsNotIsolatedError(problems)
}
