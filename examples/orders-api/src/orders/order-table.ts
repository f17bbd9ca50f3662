import { unwrap } from '@base/core/result'
import type { Queries } from '../database/database.ts'
import { type Mapping, Table } from '../database/table.ts'
import { Order, type OrderId, type OrderState, orderId } from './order.ts'

const milliseconds = (column: string) => `extract(epoch from ${column}) * 1000`

/** The database keeps the 16 bytes of an id. */
type OrderRow = OrderState & { readonly id: string; readonly version: number; readonly paymentAsked: boolean }

const mapping: Mapping<Order> = {
  table: 'orders',
  key: 'id',
  columns: `id, number, customer, address, notes, status, subtotal, discount, shipping, total,
    cancel_reason as "cancelReason", placed_at as "placedAt", expected_by as "expectedBy",
    payment_asked as "paymentAsked",
    (select json_agg(json_build_object('sku', sku, 'name', name, 'quantity', quantity, 'unitPrice', unit_price,
       'discountPercent', discount_percent, 'discount', discount, 'total', total) order by position)
     from order_lines where order_number = number) as lines`,
  fields: {
    number: { sql: 'number', type: 'numeric' },
    customer: { sql: 'customer', type: 'text' },
    status: { sql: 'status', type: 'text' },
    total: { sql: 'total', type: 'numeric' },
    placedAt: { sql: milliseconds('placed_at'), type: 'numeric' },
    expectedBy: { sql: milliseconds('expected_by'), type: 'numeric' },
  },
  toRow: (order) => {
    const { id, number: _, lines: __, cancelReason, placedAt, expectedBy, ...row } = order.toJSON()
    const dates = { placed_at: placedAt, expected_by: expectedBy }
    return {
      ...row,
      id: orderId.toUuid(id),
      cancel_reason: cancelReason,
      ...dates,
      payment_asked: order.paymentAsked,
    }
  },
  toDomain: (row) => {
    const { id, version, paymentAsked, ...state } = row as OrderRow
    return new Order(unwrap(orderId.fromUuid(id)), state, { paymentAsked, version })
  },
}

/** Orders in the database, with their lines. */
export class OrderTable extends Table<Order> {
  constructor(queries: Queries, locking: boolean) {
    super(queries, mapping, locking)
  }

  override findById(id: OrderId): Promise<Order | undefined> {
    return super.findById(orderId.toUuid(id))
  }

  /** Lines are written once: they never change. */
  protected override async inserted({ lines }: Order, id: string): Promise<Order> {
    await this.queries.query(
      `insert into order_lines
       select (select number from orders where id = $1), position, sku, name, quantity, "unitPrice",
         "discountPercent", discount, total
       from jsonb_to_recordset($2::jsonb) as line (position integer, sku text, name text, quantity integer,
         "unitPrice" bigint, "discountPercent" integer, discount bigint, total bigint)`,
      [id, JSON.stringify(lines.map((line, position) => ({ ...line, position })))],
    )
    return this.saved(id)
  }
}
