import { type SQL, sql } from 'drizzle-orm'

/**
 * Views with the column that this role may read and that show the rows of every tenant: materialized ones, for they have no
 * policies, and those that read as an owner whom no policy binds.
 */
export function openViews(column: string): SQL {
  return sql`
    select c.oid::regclass::text as name, c.relkind = 'm' as stored, owner.rolname::text as owner
    from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles owner on owner.oid = c.relowner
    join pg_attribute a on a.attrelid = c.oid and a.attname = ${column} and not a.attisdropped
    where n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)'
      and has_any_column_privilege(c.oid, 'select')
      and (c.relkind = 'm' or c.relkind = 'v' and (owner.rolsuper or owner.rolbypassrls) and not exists (
        select from pg_options_to_table(c.reloptions)
        where option_name = 'security_invoker' and option_value::boolean
      ))
    order by 1`
}

/** What is wrong with them, in a sentence each. */
export function problemsOfViews(views: readonly Record<string, unknown>[]): string[] {
  return views.map(({ name, stored, owner }) =>
    stored === true
      ? `Materialized view '${name}' has the rows of every tenant.`
      : `View '${name}' reads as its owner '${owner}', whom no policy binds.`,
  )
}
