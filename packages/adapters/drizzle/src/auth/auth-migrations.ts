import type { Migration } from '../migrate/migrate.js'

/**
 * The tables of the stores for `@base/auth`, for `migrate`, where the role that runs must not create tables.
 *
 * `base_refresh_families` has a row for each sign-in, with its present token and, for the grace, that token's parent;
 * `base_refresh_spent` the hashes of all tokens before; `base_sessions`, `base_replays`, `base_revoked_tokens`,
 * `base_revoked_subjects`, `base_totp`, `base_api_keys`, `base_recovery_codes`, `base_action_tokens` and
 * `base_oauth_transactions` a row for each of theirs; `base_audit_chains` says where each chain stands, and what counts of a row
 * of `base_audit_entries` is its `entry`: the other columns are there to be searched; `base_signing_keys` has a row for each
 * ring, with its private keys: let no role read it that does not sign.
 */
export const authMigrations: readonly Migration[] = [
  {
    name: 'base/auth/001',
    sql: `create table base_refresh_families (
  id text primary key,
  sub text not null,
  client_id text not null,
  jkt text,
  scope text,
  data text not null,
  hash text not null,
  parent text,
  sealed text,
  sealed_until timestamptz,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  idle_expires_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create index base_refresh_families_sub on base_refresh_families (sub);
create index base_refresh_families_expires_at on base_refresh_families (expires_at);
create index base_refresh_families_sealed_until on base_refresh_families (sealed_until) where sealed is not null;
create table base_refresh_spent (
  family_id text not null references base_refresh_families on delete cascade,
  hash text not null,
  primary key (family_id, hash)
);
create table base_sessions (
  handle text primary key,
  hash text not null,
  sub text not null,
  data text not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  idle_expires_at timestamptz not null,
  expires_at timestamptz not null
);
create index base_sessions_sub on base_sessions (sub);
create index base_sessions_idle_expires_at on base_sessions (idle_expires_at);
create table base_replays (
  key text primary key,
  expires_at timestamptz not null
);
create index base_replays_expires_at on base_replays (expires_at);
create table base_revoked_tokens (
  issuer text not null,
  id text not null,
  expires_at timestamptz not null,
  primary key (issuer, id)
);
create index base_revoked_tokens_expires_at on base_revoked_tokens (expires_at);
create table base_revoked_subjects (
  issuer text not null,
  subject text not null,
  epoch bigint not null,
  expires_at timestamptz not null,
  primary key (issuer, subject)
);
create index base_revoked_subjects_expires_at on base_revoked_subjects (expires_at);
create table base_signing_keys (
  ring text primary key,
  version bigint not null,
  keys text not null
);`,
  },
  {
    name: 'base/auth/refresh/001',
    sql: `create index base_refresh_families_over on base_refresh_families (coalesce(revoked_at, idle_expires_at));
drop index base_refresh_families_expires_at;`,
  },
  {
    name: 'base/auth/totp/001',
    sql: `create table base_totp (
  sub text primary key,
  active text,
  pending text,
  last_step bigint,
  attempts bigint not null,
  locked_until timestamptz
);`,
  },
  {
    name: 'base/auth/api-keys/001',
    sql: `create table base_api_keys (
  id text primary key,
  owner_id text not null,
  name text,
  scopes text not null,
  ttl double precision,
  hashes text[] not null,
  ends timestamptz[] not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz
);
create index base_api_keys_owner_id on base_api_keys (owner_id);
create index base_api_keys_over on base_api_keys (least(expires_at, revoked_at));`,
  },
  {
    name: 'base/auth/recovery-codes/001',
    sql: `create table base_recovery_codes (
  sub text primary key,
  hashes text[] not null
);`,
  },
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
