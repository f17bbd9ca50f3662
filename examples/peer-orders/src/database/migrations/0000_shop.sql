create table items (
  sku text collate "C" primary key,
  name text not null,
  description text not null,
  price bigint not null check (price >= 0),
  stock integer not null check (stock >= 0),
  status text not null check (status in ('active', 'inactive', 'discontinued'))
);
--> statement-breakpoint
create table customers (
  username text collate "C" primary key,
  name text not null,
  email text not null,
  password_hash text,
  roles text[] not null default '{customer}'
);
--> statement-breakpoint
create unique index customers_email on customers (email);
--> statement-breakpoint
create table orders (
  number bigint generated always as identity primary key,
  id uuid not null unique,
  customer text collate "C" not null references customers,
  address text not null,
  notes text not null,
  status text not null default 'pending' check (status in ('pending', 'confirmed', 'processing', 'shipped', 'delivered', 'cancelled')),
  lines json not null,
  subtotal bigint not null,
  discount bigint not null,
  shipping bigint not null,
  total bigint not null check (total = subtotal - discount + shipping),
  cancel_reason text check ((cancel_reason is not null) = (status = 'cancelled')),
  payment_asked boolean not null default false,
  placed_at timestamptz(3) not null,
  expected_by timestamptz(3) not null
);
--> statement-breakpoint
create index orders_customer on orders (customer, number);
--> statement-breakpoint
create table idempotency_keys (
  key text collate "C" primary key,
  fingerprint text not null,
  answer text not null,
  expires_at timestamptz(3) not null
);
--> statement-breakpoint
create index idempotency_keys_expires_at on idempotency_keys (expires_at);
--> statement-breakpoint
create table sign_ins (
  id uuid primary key,
  username text collate "C" not null references customers,
  label text,
  created_at timestamptz(3) not null default now(),
  last_used_at timestamptz(3) not null default now(),
  idle_until timestamptz(3) not null,
  ends_at timestamptz(3) not null,
  revoked_at timestamptz(3)
);
--> statement-breakpoint
create index sign_ins_username on sign_ins (username);
--> statement-breakpoint
create table refresh_tokens (
  hash text collate "C" primary key,
  sign_in uuid not null references sign_ins on delete cascade,
  rotated_at timestamptz(3),
  successor_hash text,
  successor text
);
--> statement-breakpoint
create index refresh_tokens_sign_in on refresh_tokens (sign_in);
--> statement-breakpoint
create table signing_keys (
  kid uuid primary key,
  private_key text not null,
  signs_from timestamptz(3) not null
);
--> statement-breakpoint
create table locks (
  name text collate "C" primary key,
  token bigint not null,
  expires_at timestamptz(3) not null
);
--> statement-breakpoint
create sequence lock_tokens as bigint;
