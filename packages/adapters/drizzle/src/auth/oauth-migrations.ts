import type { Migration } from '../migrate/migrate.js'

/** A row for each sign-in that waits, or did and is not swept yet. */
export const oauthMigrations: readonly Migration[] = [
  {
    name: 'base/auth/oauth/001',
    sql: `create table base_oauth_transactions (
  key text primary key,
  transaction text not null,
  expires_at timestamptz not null
);
create index base_oauth_transactions_expires_at on base_oauth_transactions (expires_at);`,
  },
]
