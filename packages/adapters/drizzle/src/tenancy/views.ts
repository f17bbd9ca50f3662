import { type SQL, sql } from 'drizzle-orm'
import { ROLES } from './roles.js'

/**
 * Views with the column through which this role, or one that it can become, sees or changes the rows of every tenant, by
 * themselves or as what another view works on, whatever that calls the column: materialized ones, for they have no policies, and
 * those that work as an owner whom no policy binds. With `security_invoker` a view works as the role, also within another.
 * Trusted ones are left out, with what they work on; those that are not there are told.
 *
 * @see PostgreSQL documentation, "CREATE VIEW", on nested views
 */
export function openViews(column: string, trusted: readonly string[]): SQL {
  return sql`
    with recursive trusted as (
      select name from jsonb_array_elements_text(${JSON.stringify(trusted)}::jsonb) as name
    ), all_views as (
      select c.oid, c.oid::regclass::text as name, c.relkind = 'm' as stored, c.relowner as owner_id,
        owner.rolname::text as owner, owner.rolsuper or owner.rolbypassrls as passes,
        exists (
          select from pg_options_to_table(c.reloptions)
          where option_name = 'security_invoker' and option_value::boolean
        ) as invokes
      from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles owner on owner.oid = c.relowner
      where c.relkind in ('v', 'm') and n.nspname not in ('pg_catalog', 'information_schema')
        and n.nspname !~ '^pg_(toast|temp)'
    ), views as (
      select * from all_views where name not in (select name from trusted)
    ), with_column as (
      select c.oid from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relkind in ('r', 'p', 'f', 'v', 'm') and a.attname = ${column} and not a.attisdropped
    ), reads as (
      select w.ev_class as oid, d.refobjid as read
      from all_views join pg_rewrite w on w.ev_class = all_views.oid and w.ev_type = '1'
      join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass
    ), of_tenants as (
      select oid from with_column
      union
      select reads.oid from of_tenants join reads on reads.read = of_tenants.oid
    ), reached as (
      select v.oid, v.name as outermost, r.oid as role_id, privilege
      from views v join with_column using (oid), ${ROLES} as r, (values ('select'), ('insert'), ('update'), ('delete')) as of(privilege)
      where ${mayUse(sql`r.oid`, sql`v`)}
      union
      select within.oid, reached.outermost, reached.role_id, privilege
      from reached join views outside on outside.oid = reached.oid and not outside.stored
      join reads on reads.oid = outside.oid
      join views within on within.oid = reads.read
        and ${mayUse(sql`case when outside.invokes then reached.role_id else outside.owner_id end`, sql`within`)}
    )
    select name, true as there, stored, owner,
      string_agg(distinct outermost, ', ' order by outermost) filter (where outermost <> name) as outermost
    from reached join views using (oid)
    where oid in (select oid from of_tenants) and (stored or passes and not invokes)
    group by oid, name, stored, owner
    union all
    select name, false, null, null, null from trusted where name not in (select name from all_views)
    order by name`
}

/** Whether a role has the privilege on a view, in one column at least. What is stored can only be read. */
function mayUse(role: SQL, view: SQL): SQL {
  return sql`case
    when privilege = 'delete' then not ${view}.stored and has_table_privilege(${role}, ${view}.oid, privilege)
    else (privilege = 'select' or not ${view}.stored) and has_any_column_privilege(${role}, ${view}.oid, privilege)
  end`
}

/** What is wrong with them, in a sentence each. */
export function problemsOfViews(views: readonly Record<string, unknown>[]): string[] {
  return views.map(({ name, there, stored, owner, outermost }) => {
    if (there === false) return `View '${name}', which is trusted, does not exist.`
    const by = outermost === null ? '' : ` (shown by ${outermost})`
    return stored === true
      ? `Materialized view '${name}' has the rows of every tenant${by}.`
      : `View '${name}' works as its owner '${owner}', whom no policy binds${by}.`
  })
}
