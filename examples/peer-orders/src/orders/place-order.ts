import { eq, inArray, sql } from 'drizzle-orm'
import type { Logger } from 'pino'
import { type Db, inTransaction, type Transaction } from '../database/database.ts'
import { items, orders } from '../database/schema.ts'
import type { Item } from '../items/item.ts'
import type { ItemCache } from '../items/item-cache.ts'
import type { PaymentGateway } from '../payments/payment-gateway.ts'
import { Problem } from '../problem.ts'
import type { Meters } from '../telemetry/meters.ts'
import { draftOrder } from './draft-order.ts'
import { publish } from './events.ts'
import { type Once, once, repeatable } from './idempotency.ts'
import { type OrderInput, toView } from './order.ts'
import { newOrderId } from './order-id.ts'
import type { OrderLine } from './order-line.ts'

const DELIVERY = 5 * 86_400_000

/** What the use cases of orders work with. */
export interface OrderServices {
  readonly db: Db
  readonly cache: ItemCache
  readonly payments: PaymentGateway
  readonly logger: Logger
  readonly meters: Meters
}

/**
 * Places an order: its goods leave the stock in the transaction that saves it, so no piece is sold twice. With a key it is placed
 * once, however often its request comes.
 *
 * @returns the order as callers see it, in JSON.
 */
export async function placeOrder(
  { db, cache, meters }: Pick<OrderServices, 'db' | 'cache' | 'meters'>,
  customer: string,
  input: OrderInput,
  key: string | undefined,
): Promise<Once> {
  const skus = [...new Set(input.lines.map(({ sku }) => sku))]
  const placing = cache.whileChanging(skus, () =>
    inTransaction(db, async (tx) => {
      const work = async () => JSON.stringify(await place(tx, customer, input, skus))
      if (key === undefined) return { answer: await work(), replayed: false }
      return once(tx, repeatable(`${customer}:POST /orders:${key}`, input), work)
    }),
  )
  const placed = await placing.catch((error) => {
    if (error instanceof Problem && error.code.startsWith('IDEMPOTENCY_'))
      meters.idempotency.inc({ outcome: error.code.slice('IDEMPOTENCY_'.length).toLowerCase() })
    throw error
  })
  if (key !== undefined) meters.idempotency.inc({ outcome: placed.replayed ? 'replayed' : 'done' })
  if (!placed.replayed) publish('order.placed', placed.answer)
  return placed
}

async function place(
  tx: Transaction,
  customer: string,
  { address, notes, lines }: OrderInput,
  skus: readonly string[],
): Promise<object> {
  // In one order, so that no two transactions wait for each other.
  const found = await tx
    .select()
    .from(items)
    .where(inArray(items.sku, [...skus]))
    .orderBy(items.sku)
    .for('update')
  const stock = new Map<string, Item>(found.map((item) => [item.sku, item]))
  const draft = draftOrder(lines, stock)
  await takeFromStock(tx, draft.lines)
  const placedAt = new Date()
  const expectedBy = new Date(placedAt.getTime() + DELIVERY)
  const [order] = await tx
    .insert(orders)
    .values({ id: newOrderId(), customer, address, notes, ...draft, placedAt, expectedBy })
    .returning()
  if (order === undefined) throw new Error('An insert has returned nothing.')
  return toView(order)
}

/** All lines in one statement. A negative quantity gives back. */
export async function takeFromStock(
  tx: Transaction,
  lines: readonly Pick<OrderLine, 'sku' | 'quantity'>[],
): Promise<void> {
  const taken = sql.join(
    lines.map(({ sku, quantity }) => sql`(${sku}::text, ${quantity}::integer)`),
    sql`, `,
  )
  await tx
    .update(items)
    .set({ stock: sql`${items.stock} - taken.quantity` })
    .from(sql`(values ${taken}) as taken (sku, quantity)`)
    .where(eq(items.sku, sql`taken.sku`))
}
