import type { Migration } from '../migrate/migrate.js'

/**
 * The table and the sequence of {@link drizzleIdempotencyStore}, for `migrate`: where the role that runs must not create
 * tables, and before the store is used in a transaction.
 */
export const idempotencyMigrations: readonly Migration[] = [
  {
    name: 'base/idempotency/001',
    sql: `create table base_idempotency (
  key text collate "C" primary key,
  fingerprint text not null,
  token text not null,
  takeover boolean not null,
  fence bigint not null,
  lease_until timestamptz not null,
  expires_at timestamptz not null,
  done boolean not null default false,
  outcome text
);
create index base_idempotency_expires_at on base_idempotency (expires_at);
create sequence base_idempotency_fences as bigint;`,
  },
]
