import { type SQL, sql } from 'drizzle-orm'

/**
 * Views with the column that show this role the rows of every tenant, by themselves or as what another view reads:
 * materialized ones, for they have no policies, and those that read as an owner whom no policy binds. With `security_invoker`
 * a view reads as this role, also within another.
 *
 * @see PostgreSQL documentation, "CREATE VIEW", on nested views
 */
export function openViews(column: string): SQL {
  return sql`
    with recursive views as (
      select c.oid, c.oid::regclass::text as name, c.relkind = 'm' as stored, c.relowner as owner_id,
        owner.rolname::text as owner, owner.rolsuper or owner.rolbypassrls as passes,
        exists (
          select from pg_options_to_table(c.reloptions)
          where option_name = 'security_invoker' and option_value::boolean
        ) as invokes,
        exists (
          select from pg_attribute a where a.attrelid = c.oid and a.attname = ${column} and not a.attisdropped
        ) as has_column
      from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles owner on owner.oid = c.relowner
      where c.relkind in ('v', 'm') and n.nspname not in ('pg_catalog', 'information_schema')
        and n.nspname !~ '^pg_(toast|temp)'
    ), shown as (
      select oid, name as outermost from views where has_column and has_any_column_privilege(oid, 'select')
      union
      select within.oid, shown.outermost
      from shown join views reader on reader.oid = shown.oid and not reader.stored
      join pg_rewrite w on w.ev_class = reader.oid
      join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass
      join views within on within.oid = d.refobjid and case
        when reader.invokes then has_any_column_privilege(within.oid, 'select')
        else has_any_column_privilege(reader.owner_id, within.oid, 'select')
      end
    )
    select name, stored, owner,
      string_agg(outermost, ', ' order by outermost) filter (where outermost <> name) as outermost
    from shown join views using (oid)
    where has_column and (stored or passes and not invokes)
    group by oid, name, stored, owner
    order by name`
}

/** What is wrong with them, in a sentence each. */
export function problemsOfViews(views: readonly Record<string, unknown>[]): string[] {
  return views.map(({ name, stored, owner, outermost }) => {
    const by = outermost === null ? '' : ` (shown by ${outermost})`
    return stored === true
      ? `Materialized view '${name}' has the rows of every tenant${by}.`
      : `View '${name}' reads as its owner '${owner}', whom no policy binds${by}.`
  })
}
