import { type SQL, sql } from 'drizzle-orm'
import { ROLES } from './roles.js'
import { isNamedIn, SETTING } from './words.js'

/** How a table is protected. */
interface Protection {
  readonly name: string
  readonly exists: boolean
  readonly enabled: boolean
  readonly forced: boolean
  readonly permissive: number
  /** Permissive policies that do not look at the tenant, by name; the others add their rows to it. */
  readonly open: string | null
  /** Those that look at it, and at another column than that of the tenant. */
  readonly astray: string | null
}

/**
 * So that nobody comes to a partition but through its parent, whose policies bind there: neither this role, also as another by
 * `set role`, nor a view.
 */
const IS_BEHIND = sql`c.relispartition
  and not exists (select from ${ROLES} as r
    where has_table_privilege(r.oid, c.oid, 'select, insert, update, delete, truncate, references, trigger')
      or has_any_column_privilege(r.oid, c.oid, 'select, insert, update, references'))
  and not exists (select from pg_depend d where d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid
    and d.classid = 'pg_rewrite'::regclass)`

/** Of the tables that have the column, but for partitions behind their parents, and of those named. */
export function protection(column: string, named: readonly string[]): SQL {
  // One that is null adds no rows: the other is asked in its place, or there is none.
  const everyExpression = (names: SQL) => sql`not exists (
    select from (values (p.polqual), (p.polwithcheck)) as of(expression)
    where expression is not null and not ${isNamedIn(sql`pg_get_expr(expression, p.polrelid)`, names)}
  )`
  return sql`
    with wanted as (
      select c.oid, c.oid::regclass::text as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attname = ${column} and not a.attisdropped
      where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
        and n.nspname !~ '^pg_(toast|temp)' and not (${IS_BEHIND})
      union
      select to_regclass(name)::oid, coalesce(to_regclass(name)::text, name)
      from jsonb_array_elements_text(${JSON.stringify(named)}::jsonb) as name
    ), policies as (
      select p.polrelid, p.polname::text as name, ${everyExpression(SETTING)} as is_of_tenant,
        a.attnum is null or ${everyExpression(sql`quote_ident(${column})`)} as is_of_column
      from pg_policy p
      left join pg_attribute a on a.attrelid = p.polrelid and a.attname = ${column} and not a.attisdropped
      where p.polpermissive and p.polrelid in (select oid from wanted)
    )
    select w.name, c.oid is not null as exists, coalesce(c.relrowsecurity, false) as enabled,
      coalesce(c.relforcerowsecurity, false) as forced, count(p.name)::int as permissive,
      string_agg(p.name, ', ' order by p.name) filter (where not p.is_of_tenant) as open,
      string_agg(p.name, ', ' order by p.name) filter (where p.is_of_tenant and not p.is_of_column) as astray
    from wanted w left join pg_class c on c.oid = w.oid left join policies p on p.polrelid = c.oid
    group by w.name, c.oid, c.relrowsecurity, c.relforcerowsecurity
    order by w.name`
}

/** What is wrong with them, in a sentence each. */
export function problemsOfTables(tables: readonly Record<string, unknown>[], column: string): string[] {
  return tables.flatMap((row) => {
    const table = row as unknown as Protection
    const problem = problemOf(table, column)
    return problem === undefined ? [] : [`Table '${table.name}' ${problem}.`]
  })
}

function problemOf(table: Protection, column: string): string | undefined {
  const { exists, enabled, forced, permissive, open, astray } = table
  if (!exists) return 'does not exist'
  if (!enabled) return 'has no row security'
  if (!forced) return 'does not force row security on its owner'
  if (permissive === 0) return 'has no policy that shows any rows'
  if (open !== null) return `has policies that do not look at app.tenant_id (${open})`
  return astray === null ? undefined : `has policies that do not look at its column '${column}' (${astray})`
}
