import type { Migration } from '../migrate/migrate.js'

/**
 * A row for each chain, which says where it stands, and a row for each entry. What counts of an entry is the text in `entry`;
 * the other columns are there to be searched.
 */
export const auditMigrations: readonly Migration[] = [
  {
    name: 'base/auth/audit/001',
    sql: `create table base_audit_chains (
  chain text primary key,
  sequence bigint not null,
  hash text not null
);
create table base_audit_entries (
  chain text not null,
  sequence bigint not null,
  time timestamptz not null,
  action text not null,
  actor text,
  target_type text,
  target text,
  tenant text,
  entry text not null,
  primary key (chain, sequence)
);
create index base_audit_entries_target on base_audit_entries (target_type, target, time);
create index base_audit_entries_actor on base_audit_entries (actor, time);`,
  },
]
