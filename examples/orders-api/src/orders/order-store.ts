import { unwrap } from '@base/core/result'
import type { Queries } from '../database/database.ts'
import { type Order, type OrderId, orderId } from './order.ts'
import type { OrderStatus } from './order-status.ts'

const ORDER = `
  select id, number, customer, address, notes, status, subtotal, discount, shipping, total,
    cancel_reason as "cancelReason", placed_at as "placedAt", expected_by as "expectedBy",
    (select json_agg(json_build_object('sku', sku, 'name', name, 'quantity', quantity, 'unitPrice', unit_price,
       'discountPercent', discount_percent, 'discount', discount, 'total', total) order by position)
     from order_lines where order_number = number) as lines
  from orders`

/** The database keeps the 16 bytes of an id. */
type OrderRow = Omit<Order, 'id'> & { readonly id: string }

function toOrder(row: OrderRow): Order {
  return { ...row, id: unwrap(orderId.fromUuid(row.id)) }
}

/** An order that has no number yet. */
export type NewOrder = Omit<Order, 'number' | 'cancelReason'>

export async function insertOrder(queries: Queries, { id, ...order }: NewOrder): Promise<Order> {
  const { rows } = await queries.query<{ number: number }>(
    `insert into orders (id, customer, address, notes, status, subtotal, discount, shipping, total, placed_at, expected_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning number`,
    [
      orderId.toUuid(id),
      order.customer,
      order.address,
      order.notes,
      order.status,
      order.subtotal,
      order.discount,
      order.shipping,
      order.total,
      order.placedAt,
      order.expectedBy,
    ],
  )
  const number = rows[0]?.number as number
  await queries.query(
    `insert into order_lines
     select $1, position, sku, name, quantity, "unitPrice", "discountPercent", discount, total
     from jsonb_to_recordset($2::jsonb) as line (position integer, sku text, name text, quantity integer,
       "unitPrice" bigint, "discountPercent" integer, discount bigint, total bigint)`,
    [number, JSON.stringify(order.lines.map((line, position) => ({ ...line, position })))],
  )
  return { id, number, ...order, cancelReason: null }
}

export async function findOrder(queries: Queries, id: OrderId): Promise<Order | undefined> {
  const { rows } = await queries.query<OrderRow>(`${ORDER} where id = $1`, [orderId.toUuid(id)])
  return rows.map(toOrder)[0]
}

/** Like {@link findOrder}, and keeps the order from others until the transaction ends. */
export async function lockOrder(queries: Queries, id: OrderId): Promise<Order | undefined> {
  const { rows } = await queries.query<OrderRow>(`${ORDER} where id = $1 for update`, [orderId.toUuid(id)])
  return rows.map(toOrder)[0]
}

/** Which orders to list. */
export interface OrderFilter {
  readonly customer?: string | undefined
  readonly status?: OrderStatus | undefined
  /** Only orders with a smaller number. */
  readonly after?: number | undefined
}

/** The newest first. */
export async function listOrders(
  queries: Queries,
  { customer = null, status = null, after = null }: { [K in keyof OrderFilter]: OrderFilter[K] | null },
  limit: number,
): Promise<Order[]> {
  const { rows } = await queries.query<OrderRow>(
    `${ORDER}
     where ($1::text is null or customer = $1) and ($2::text is null or status = $2)
       and ($3::bigint is null or number < $3)
     order by number desc limit $4`,
    [customer, status, after, limit],
  )
  return rows.map(toOrder)
}

export async function updateStatus(
  queries: Queries,
  { id, status, cancelReason }: Pick<Order, 'id' | 'status' | 'cancelReason'>,
): Promise<void> {
  await queries.query('update orders set status = $2, cancel_reason = $3 where id = $1', [
    orderId.toUuid(id),
    status,
    cancelReason,
  ])
}
