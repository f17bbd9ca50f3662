import { checkOptions, checkText, invalidOption } from '@base/core/options'
import { is } from 'drizzle-orm'
import { toCamelCase, toSnakeCase } from 'drizzle-orm/casing'
import { getTableConfig, type PgColumn, PgTable } from 'drizzle-orm/pg-core'
import { castTypeOf } from '../cast-type.js'
import { quoted, quotedTable } from './quoted.js'

const where = { package: '@base/drizzle', pattern: 'rlsPolicies' }

/** Options of {@link rlsPolicies}. */
export interface RlsPoliciesOptions {
  /** The column that holds the tenant, by its name in the database. @defaultValue 'tenant_id' */
  readonly column?: string | undefined
}

/**
 * The statements that let a table show and take the rows of the present tenant alone, for a migration: row security, forced
 * for the table's owner too, and the policy `tenant_isolation`. They can be run again.
 *
 * Without a tenant there are no rows, and a row of another tenant is refused. Superusers and roles with BYPASSRLS see
 * everything all the same: see {@link checkTenantIsolation}. A further permissive policy of the table would add rows.
 *
 * @example
 * await migrate(db, [{ name: '002 tenants', sql: rlsPolicies(invoices).join(';\n') }])
 *
 * @throws InvalidOptionError where it is no table, or has no such column.
 * @see PostgreSQL documentation, "Row Security Policies"
 */
export function rlsPolicies(table: PgTable, options: RlsPoliciesOptions = {}): string[] {
  const { column = 'tenant_id' } = checkOptions(options, where)
  if (!is(table, PgTable)) throw invalidOption(table, { ...where, option: 'table' }, 'a table of drizzle')
  checkText(column, { ...where, option: 'column' })
  const name = quotedTable(table)
  const own = `${quoted(column)} = ${presentTenant(tenantColumn(table, column))}`
  return [
    `alter table ${name} enable row level security`,
    `alter table ${name} force row level security`,
    `drop policy if exists tenant_isolation on ${name}`,
    `create policy tenant_isolation on ${name} using (${own}) with check (${own})`,
  ]
}

/** After the first transaction that set it PostgreSQL says '' where there is none, which is no uuid. */
function presentTenant(column: PgColumn): string {
  return `nullif(current_setting('app.tenant_id', true), '')::${castTypeOf(column)}`
}

function tenantColumn(table: PgTable, name: string): PgColumn {
  const { columns, name: owner } = getTableConfig(table)
  const column = columns.find((candidate) => namesInSql(candidate).includes(name))
  if (column === undefined)
    throw invalidOption(name, { ...where, option: 'column' }, `the name of a column of '${owner}'`)
  return column
}

/** A column that is given no name of its own may be spelled by drizzle's `casing`, which only a database of drizzle knows. */
function namesInSql({ name, keyAsName }: PgColumn): readonly string[] {
  return keyAsName ? [name, toSnakeCase(name), toCamelCase(name)] : [name]
}
