import { sql } from 'drizzle-orm'
import { type Executor, rowsOf } from '../executor.js'

/** Those that a migration may change, with what they are in this session. */
const SETTINGS = sql`select name, setting from pg_catalog.pg_settings where context in ('user', 'superuser')`

/** Notes the role and the settings of a session; what is returned puts them back where they have changed, in the same transaction. */
export async function noteSession(tx: Executor): Promise<() => Promise<void>> {
  const [{ settings, login, role } = {}] = rowsOf(
    await tx.execute(sql`select json_object_agg(name, setting)::text as settings, session_user::text as login,
      current_setting('role') as role from (${SETTINGS}) as noted`),
  )
  return async () => {
    // The role first: it may be one that may not set what another has set.
    await tx.execute(
      sql`select set_config('session_authorization', ${login}, false) where session_user <> ${login}`,
    )
    await tx.execute(sql`select set_config('role', ${role}, false) where current_setting('role') <> ${role}`)
    await tx.execute(sql`select set_config(name, noted.value, false) from (${SETTINGS}) as present
      join json_each_text(${settings}) as noted on key = name where noted.value <> setting`)
  }
}
