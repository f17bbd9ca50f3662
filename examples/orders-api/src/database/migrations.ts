import { authMigrations } from '@base/drizzle/auth'
import { idempotencyMigrations } from '@base/drizzle/idempotency'
import type { Migration } from '@base/drizzle/migrate'

/** The steps that a ledger of our own counted, the table `migrations`, before there was one of @base/drizzle. */
export const oldSteps: readonly Migration[] = [
  {
    name: '0001_items_customers_orders',
    sql: `
      create table items (
        sku text primary key,
        name text not null,
        description text not null,
        price bigint not null check (price >= 0),
        stock integer not null check (stock >= 0),
        status text not null check (status in ('active', 'inactive', 'discontinued'))
      );

      create table customers (
        username text primary key,
        name text not null,
        email text not null
      );
      create unique index customers_email on customers (lower(email));

      create table orders (
        number bigint generated always as identity primary key,
        id uuid not null unique,
        customer text not null references customers,
        address text not null,
        notes text not null,
        status text not null check
          (status in ('pending', 'confirmed', 'processing', 'shipped', 'delivered', 'cancelled')),
        subtotal bigint not null,
        discount bigint not null,
        shipping bigint not null,
        total bigint not null check (total = subtotal - discount + shipping),
        cancel_reason text check ((cancel_reason is not null) = (status = 'cancelled')),
        placed_at timestamptz(3) not null,
        expected_by timestamptz(3) not null
      );
      create index orders_customer on orders (customer, number);

      create table order_lines (
        order_number bigint not null references orders,
        position integer not null,
        sku text not null references items,
        name text not null,
        quantity integer not null check (quantity between 1 and 9999),
        unit_price bigint not null,
        discount_percent integer not null check (discount_percent between 0 and 100),
        discount bigint not null,
        total bigint not null check (total = unit_price * quantity - discount),
        primary key (order_number, position),
        unique (order_number, sku)
      );
    `,
  },
  {
    name: '0002_versions',
    sql: `
      alter table items add version integer not null default 1, alter sku type text collate "C";
      alter table customers add version integer not null default 1, alter username type text collate "C";
      alter table orders add version integer not null default 1;
    `,
  },
  {
    name: '0003_payments',
    sql: 'alter table orders add payment_asked boolean not null default false;',
  },
]

/** All steps, in order; a step that has run anywhere is never changed. Money is in minor units: 1290 is 12.90. */
export const migrations: readonly Migration[] = [
  ...oldSteps.map(unlessCounted),
  {
    name: '0004_lines_in_orders',
    sql: `
      alter table orders add lines json;
      update orders set lines = (
        select json_agg(json_build_object('sku', sku, 'quantity', quantity, 'discountPercent', discount_percent,
          'name', name, 'unitPrice', unit_price, 'discount', order_lines.discount, 'total', order_lines.total)
          order by position)
        from order_lines where order_number = number);
      alter table orders alter lines set not null;
      drop table order_lines;
    `,
  },
  ...authMigrations,
  ...idempotencyMigrations,
  {
    name: '0005_job_fences',
    sql: 'create table job_fences (job text primary key, counted_by text not null, token bigint not null);',
  },
  {
    // The addresses that are there are encrypted after this step, by who has the keys.
    name: '0006_accounts',
    sql: `
      alter table customers add email_index text, add password_hash text, add roles text[] not null default '{customer}';
      drop index customers_email;
      create unique index customers_email on customers (email_index);
      create table provider_accounts (
        issuer text not null,
        subject text not null,
        username text not null references customers,
        primary key (issuer, subject)
      );
    `,
  },
  {
    name: '0007_password_versions',
    sql: 'alter table customers add password_version integer not null default 0;',
  },
  {
    name: '0008_returns',
    sql: 'alter table orders add return_asked boolean not null default false;',
  },
]

/** A step that leaves a database alone whose old ledger has it. */
function unlessCounted({ name, sql }: Migration): Migration {
  return {
    name,
    sql: `do $step$ begin
      if to_regclass('migrations') is not null then
        if exists (select from migrations where name = '${name}') then return; end if;
      end if;
      ${sql}
    end $step$`,
  }
}
