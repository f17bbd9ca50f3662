import type { Migration } from '../migrate/migrate.js'

/** A row for each token that is good, or was and is not swept yet. */
export const actionTokenMigrations: readonly Migration[] = [
  {
    name: 'base/auth/action-tokens/001',
    sql: `create table base_action_tokens (
  handle text primary key,
  hash text not null,
  purpose text not null,
  sub text not null,
  data text not null,
  state text,
  expires_at timestamptz not null
);
create index base_action_tokens_sub on base_action_tokens (sub, purpose);
create index base_action_tokens_expires_at on base_action_tokens (expires_at);`,
  },
]
