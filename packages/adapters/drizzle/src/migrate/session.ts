import { type SQL, sql } from 'drizzle-orm'
import { type Executor, rowsOf } from '../executor.js'

/** Those that a migration may change, with what they are in this session. */
const SETTINGS = sql`select name, setting from pg_catalog.pg_settings where context in ('user', 'superuser')`

/** As `reset` does, for the connection when the transaction is over; and until then what the caller had, by `set local` perhaps. */
const within = (name: SQL, value: SQL) =>
  sql`set_config(${name}, null, false), set_config(${name}, ${value}, true)`

const between = (name: SQL, value: SQL) => sql`set_config(${name}, ${value}, false)`

/**
 * Notes the role and the settings of a session; what is returned puts them back where they have changed, in the same transaction.
 * What the session has beneath a `set local` nobody can see, so within a transaction of the caller it ends as it was connected.
 */
export async function noteSession(tx: Executor, isWithin: boolean): Promise<() => Promise<void>> {
  const set = isWithin ? within : between
  const [{ settings, login, role } = {}] = rowsOf(
    await tx.execute(sql`select json_object_agg(name, setting)::text as settings, session_user::text as login,
      current_setting('role') as role from (${SETTINGS}) as noted`),
  )
  return async () => {
    // The role first: it may be one that may not set what another has set.
    await tx.execute(
      sql`select ${set(sql`'session_authorization'`, sql`${login}`)} where session_user <> ${login}`,
    )
    await tx.execute(sql`select ${set(sql`'role'`, sql`${role}`)} where current_setting('role') <> ${role}`)
    await tx.execute(sql`select set_config('base.changed', (
      select json_object_agg(name, noted.value)::text from (${SETTINGS}) as present
      join json_each_text(${settings}) as noted on key = name where noted.value <> setting), true)`)
    // What an administrator has set in a migration whose login may not is left; which it may, only the server knows.
    await tx.execute(sql`do $$ declare changed record; begin
      for changed in select key, value from json_each_text(nullif(current_setting('base.changed'), '')::json) loop
        begin perform ${set(sql`changed.key`, sql`changed.value`)};
        exception when insufficient_privilege then null; end;
      end loop; end $$`)
  }
}
