import { unwrap } from '@base/core/result'
import { drizzleRepository, type Executor } from '@base/drizzle/repository'
import { bigint, boolean, customType, integer, json, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import { Order, type OrderId, type OrderLine, type Orders, orderId } from './order.ts'
import { orderStatuses } from './order-status.ts'

/** The database keeps the 16 bytes of an id. */
const id = customType<{ data: OrderId; driverData: string }>({
  dataType: () => 'uuid',
  toDriver: orderId.toUuid,
  fromDriver: (uuid) => unwrap(orderId.fromUuid(uuid)),
})
const money = () => bigint({ mode: 'number' }).notNull()
const date = (name: string) => timestamp(name, { precision: 3, withTimezone: true }).notNull()

/** Orders in the database, with their lines, which never change. */
const orderTable = pgTable('orders', {
  id: id().notNull().unique(),
  number: bigint({ mode: 'number' }).generatedAlwaysAsIdentity().primaryKey(),
  customer: text().notNull(),
  address: text().notNull(),
  notes: text().notNull(),
  status: text({ enum: orderStatuses }).notNull(),
  subtotal: money(),
  discount: money(),
  shipping: money(),
  total: money(),
  cancelReason: text('cancel_reason'),
  placedAt: date('placed_at'),
  expectedBy: date('expected_by'),
  lines: json().$type<readonly OrderLine[]>().notNull(),
  paymentAsked: boolean('payment_asked').notNull(),
  returnAsked: boolean('return_asked').notNull(),
  version: integer().notNull(),
})

/** The orders of a database, or of a unit of work. */
export function ordersOn(executor: Executor): Orders {
  return drizzleRepository({
    executor,
    table: orderTable,
    name: 'order',
    mapper: {
      toRow: (order: Order) => order.toRow(),
      toDomain: ({ id, version, ...state }) => new Order(id, state, version),
    },
  })
}
