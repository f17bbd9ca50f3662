import { type SQL, sql } from 'drizzle-orm'

/** Since PostgreSQL 16 a membership may be without `set role`; whoever may grant a role may grant that to itself. */
const BECOMES = sql`case when current_setting('server_version_num')::integer >= 160000 then 'set, set with admin option' else 'member' end`

/** The roles that this one can become by `set role`, itself among them, whatever it inherits. A superuser is itself alone: it can be anybody. */
export const ROLES: SQL = sql`(
  select r.oid, r.rolname, r.rolsuper, r.rolbypassrls from pg_roles r, pg_roles present
  where present.rolname = current_user
    and case when present.rolsuper then r.oid = present.oid else pg_has_role(r.oid, ${BECOMES}) end
)`

/** By what each of them passes policies by, and who can become it where it is not this one. */
export const MEANS: SQL = sql`
  select rolname::text as name, rolsuper as super, rolbypassrls as bypass, nullif(current_user, rolname)::text as member
  from ${ROLES} as role order by member nulls first, name`

/** What is wrong with them, in a sentence each. */
export function problemsOfRoles(roles: readonly Record<string, unknown>[]): string[] {
  return roles.flatMap(({ name, super: isSuper, bypass, member }) => {
    const role = member === null ? `Role '${name}'` : `Role '${name}', which '${member}' can become,`
    if (isSuper === true) return [`${role} is a superuser, whom no policy binds.`]
    return bypass === true ? [`${role} has BYPASSRLS.`] : []
  })
}
