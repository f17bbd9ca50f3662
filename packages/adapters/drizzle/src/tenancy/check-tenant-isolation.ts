import { checkText, invalidOption } from '@base/core/options'
import { is, type SQL, sql } from 'drizzle-orm'
import { PgTable } from 'drizzle-orm/pg-core'
import { type Executor, rowsOf } from '../executor.js'
import { withFailures } from '../failures/failures.js'
import { watchStatements } from '../statement-watch/watch-statements.js'
import { quotedTable } from './quoted.js'
import { TenantsNotIsolatedError } from './tenants-not-isolated-error.js'

const where = { package: '@base/drizzle', pattern: 'checkTenantIsolation' }

/** Options of {@link checkTenantIsolation}. */
export interface TenantIsolationOptions {
  /** The column by which tables are found and which their policies must name. @defaultValue 'tenant_id' */
  readonly column?: string
  /** Tables that must be protected too, whatever their columns. @defaultValue none */
  readonly tables?: readonly PgTable[]
}

/**
 * The self-test for the start of a service: that each table with a tenant column, in every schema, has row security, has it
 * forced, and has policies that look at `app.tenant_id` in every permissive one; and that the role of this connection
 * does not pass them by. Give it the role and the database that the service works with.
 *
 * @example
 * await checkTenantIsolation(db) // before the first request is taken
 *
 * @throws TenantsNotIsolatedError naming every table and the role.
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
  const [[role], found] = [await rows(ROLE), await rows(protection(column, named))]
  const problems = [...problemsOfRole(role ?? {}), ...problemsOfTables(found as unknown as Protection[])]
  if (problems.length > 0) throw new TenantsNotIsolatedError(problems)
}

const ROLE = sql`select rolname::text as name, rolsuper as super, rolbypassrls as bypass
  from pg_roles where rolname = current_user`

/** How a table is protected. */
interface Protection {
  readonly name: string
  readonly exists: boolean
  readonly enabled: boolean
  readonly forced: boolean
  readonly permissive: number
  /** Permissive policies that do not look at the tenant, by name; the others add their rows to it. */
  readonly open: string | null
}

/** Of the tables that have the column, and of those named. */
function protection(column: string, named: readonly string[]): SQL {
  return sql`
    with wanted as (
      select c.oid, c.oid::regclass::text as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attname = ${column} and not a.attisdropped
      where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
        and n.nspname !~ '^pg_(toast|temp)'
      union
      select to_regclass(name)::oid, coalesce(to_regclass(name)::text, name)
      from jsonb_array_elements_text(${JSON.stringify(named)}::jsonb) as name
    )
    select w.name, c.oid is not null as exists, coalesce(c.relrowsecurity, false) as enabled,
      coalesce(c.relforcerowsecurity, false) as forced,
      count(p.oid) filter (where p.polpermissive)::int as permissive,
      string_agg(p.polname::text, ', ' order by p.polname) filter (
        where p.polpermissive and (
          coalesce(pg_get_expr(p.polqual, p.polrelid), '') || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')
        ) !~ 'app[.]tenant_id'
      ) as open
    from wanted w left join pg_class c on c.oid = w.oid left join pg_policy p on p.polrelid = c.oid
    group by w.name, c.oid, c.relrowsecurity, c.relforcerowsecurity
    order by w.name`
}

function problemsOfRole({ name, super: isSuper, bypass }: Record<string, unknown>): string[] {
  if (isSuper === true) return [`Role '${name}' is a superuser, whom no policy binds.`]
  return bypass === true ? [`Role '${name}' has BYPASSRLS.`] : []
}

function problemsOfTables(tables: readonly Protection[]): string[] {
  return tables.flatMap((table) => {
    const problem = problemOf(table)
    return problem === undefined ? [] : [`Table '${table.name}' ${problem}.`]
  })
}

function problemOf({ exists, enabled, forced, permissive, open }: Protection): string | undefined {
  if (!exists) return 'does not exist'
  if (!enabled) return 'has no row security'
  if (!forced) return 'does not force row security on its owner'
  if (permissive === 0) return 'has no policy that shows any rows'
  return open === null ? undefined : `has policies that do not look at app.tenant_id (${open})`
}
