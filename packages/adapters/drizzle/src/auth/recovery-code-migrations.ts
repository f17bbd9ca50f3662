import type { Migration } from '../migrate/migrate.js'

/** A row for each subject, so that all of its codes are replaced, and one is taken, by one statement on one row. */
export const recoveryCodeMigrations: readonly Migration[] = [
  {
    name: 'base/auth/recovery-codes/001',
    sql: `create table base_recovery_codes (
  sub text primary key,
  hashes text[] not null
);`,
  },
]
