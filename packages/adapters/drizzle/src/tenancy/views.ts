import { type SQL, sql } from 'drizzle-orm'
import { isNamedIn, SETTING } from './words.js'

/**
 * Views with the column that show this role the rows of every tenant, by themselves or as what another view reads, whatever
 * that calls the column: materialized ones, for they have no policies, and those that read as an owner whom no policy binds.
 * With `security_invoker` a view reads as this role, also within another. What a view reads that names `app.tenant_id` and the
 * column is its own to filter.
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
        ) as invokes
      from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles owner on owner.oid = c.relowner
      where c.relkind in ('v', 'm') and n.nspname not in ('pg_catalog', 'information_schema')
        and n.nspname !~ '^pg_(toast|temp)'
    ), with_column as (
      select c.oid from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relkind in ('r', 'p', 'f', 'v', 'm') and a.attname = ${column} and not a.attisdropped
    ), reads as (
      select w.ev_class as oid, d.refobjid as read
      from views join pg_rewrite w on w.ev_class = views.oid and w.ev_type = '1'
      join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass
    ), of_tenants as (
      select oid from with_column
      union
      select reads.oid from of_tenants join reads on reads.read = of_tenants.oid
    ), shown as (
      select oid, name as outermost from views join with_column using (oid) where has_any_column_privilege(oid, 'select')
      union
      select within.oid, shown.outermost
      from shown join views reader on reader.oid = shown.oid and not reader.stored
        and not (${names(SETTING)} and ${names(sql`quote_ident(${column})`)})
      join reads on reads.oid = reader.oid
      join views within on within.oid = reads.read and case
        when reader.invokes then has_any_column_privilege(within.oid, 'select')
        else has_any_column_privilege(reader.owner_id, within.oid, 'select')
      end
    )
    select name, stored, owner,
      string_agg(outermost, ', ' order by outermost) filter (where outermost <> name) as outermost
    from shown join views using (oid)
    where oid in (select oid from of_tenants) and (stored or passes and not invokes)
    group by oid, name, stored, owner
    order by name`
}

/** Whether the view that reads others has a word. */
function names(word: SQL): SQL {
  return isNamedIn(sql`pg_get_viewdef(reader.oid)`, word)
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
