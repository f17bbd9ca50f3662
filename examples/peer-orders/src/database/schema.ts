import {
  bigint,
  boolean,
  customType,
  integer,
  json,
  pgTable,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'
import { roles } from '../access/roles.ts'
import { itemStatuses } from '../items/item.ts'
import { orderIdOf, uuidOf } from '../orders/order-id.ts'
import type { OrderLine } from '../orders/order-line.ts'
import { orderStatuses } from '../orders/order-status.ts'

/** Minor units: 1290 is 12.90. All amounts stay far below 2^53. */
const money = (name: string) => bigint(name, { mode: 'number' }).notNull()
const time = (name: string) => timestamp(name, { precision: 3, withTimezone: true })

/** The database keeps the 16 bytes of an id. */
const orderId = customType<{ data: string; driverData: string }>({
  dataType: () => 'uuid',
  toDriver: uuidOf,
  fromDriver: orderIdOf,
})

export const items = pgTable('items', {
  sku: text('sku').primaryKey(),
  name: text('name').notNull(),
  description: text('description').notNull(),
  price: money('price'),
  stock: integer('stock').notNull(),
  status: text('status', { enum: itemStatuses }).notNull(),
})

export const customers = pgTable('customers', {
  username: text('username').primaryKey(),
  name: text('name').notNull(),
  email: text('email').notNull(),
  passwordHash: text('password_hash'),
  roles: text('roles', { enum: roles }).array().notNull().default(['customer']),
})

export const orders = pgTable('orders', {
  id: orderId('id').notNull(),
  /** Counts the orders of the shop, and is the order of lists. */
  number: bigint('number', { mode: 'number' }).generatedAlwaysAsIdentity().primaryKey(),
  customer: text('customer').notNull(),
  address: text('address').notNull(),
  notes: text('notes').notNull(),
  status: text('status', { enum: orderStatuses }).notNull().default('pending'),
  lines: json('lines').$type<readonly OrderLine[]>().notNull(),
  subtotal: money('subtotal'),
  discount: money('discount'),
  shipping: money('shipping'),
  total: money('total'),
  cancelReason: text('cancel_reason'),
  /** Whether its money may have been taken: then it must be given back when the order is cancelled. */
  paymentAsked: boolean('payment_asked').notNull().default(false),
  /** Whether it may have been given back: then the order can be cancelled, and nothing else. */
  returnAsked: boolean('return_asked').notNull().default(false),
  placedAt: time('placed_at').notNull(),
  expectedBy: time('expected_by').notNull(),
})

export const idempotencyKeys = pgTable('idempotency_keys', {
  key: text('key').primaryKey(),
  fingerprint: text('fingerprint').notNull(),
  /** What was answered first, as it was sent. */
  answer: text('answer').notNull(),
  expiresAt: time('expires_at').notNull(),
})

/** A row for each sign-in: a family of refresh tokens. */
export const signIns = pgTable('sign_ins', {
  id: uuid('id').primaryKey(),
  username: text('username').notNull(),
  label: text('label'),
  createdAt: time('created_at').notNull().defaultNow(),
  lastUsedAt: time('last_used_at').notNull().defaultNow(),
  idleUntil: time('idle_until').notNull(),
  endsAt: time('ends_at').notNull(),
  revokedAt: time('revoked_at'),
})

export const refreshTokens = pgTable('refresh_tokens', {
  /** Of the token, which is told to its user alone. */
  hash: text('hash').primaryKey(),
  signIn: uuid('sign_in').notNull(),
  /** When its successor took its place. */
  rotatedAt: time('rotated_at'),
  successorHash: text('successor_hash'),
  /** The successor, encrypted under this token, for who presents it again because the answer was lost. */
  successor: text('successor'),
})

/** The keys that sign access tokens. */
export const signingKeys = pgTable('signing_keys', {
  kid: uuid('kid').primaryKey(),
  privateKey: text('private_key').notNull(),
  signsFrom: time('signs_from').notNull(),
})

/** Who has a lock, until when. */
export const locks = pgTable('locks', {
  name: text('name').primaryKey(),
  /** Grows with each holder of any lock. */
  token: bigint('token', { mode: 'number' }).notNull(),
  expiresAt: time('expires_at').notNull(),
})
