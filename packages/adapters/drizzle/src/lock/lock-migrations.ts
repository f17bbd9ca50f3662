import type { Migration } from '../migrate/migrate.js'

/** The table and the sequence of {@link drizzleLock}, for `migrate`, where the role that runs must not create tables. */
export const lockMigrations: readonly Migration[] = [
  {
    name: 'base/lock/001',
    sql: `create table base_locks (
  key text primary key,
  token bigint not null,
  expires_at timestamptz not null
);
create sequence base_lock_tokens as bigint;`,
  },
]
