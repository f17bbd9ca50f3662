import { eq, inArray } from 'drizzle-orm'
import { type Db, inTransaction, type Transaction } from '../database/database.ts'
import { checkLease, type Lease, withLock } from '../database/lock.ts'
import { items, orders } from '../database/schema.ts'
import { conflict, notFound, type Problem } from '../problem.ts'
import { publish } from './events.ts'
import { type Order, toView } from './order.ts'
import { type OrderAction, steps } from './order-status.ts'
import { type OrderServices, takeFromStock } from './place-order.ts'

/** Which order, and who may change it: asked under its lock, for what decides may just be changing. Throws where they may not. */
export interface Wanted {
  readonly id: string
  readonly permit: (order: Order) => void
}

/** What a change does to an order beside its status. */
interface Change {
  readonly cancelReason?: string
  readonly permit?: (order: Order) => void
  /** The lease of the job that changes it. */
  readonly lease?: Lease
}

/** Finds an order. @throws 404 */
export async function findOrder(db: Db, id: string): Promise<Order> {
  const [order] = await db.select().from(orders).where(eq(orders.id, id))
  if (order === undefined) throw noOrder(id)
  return order
}

/** Moves an order along its life cycle. @throws 409 `ILLEGAL_TRANSITION` */
export function moveOrder(
  services: OrderServices,
  { id, permit }: Wanted,
  action: OrderAction,
): Promise<Order> {
  return withLock(services.db, id, () => move(services, id, action, { permit }))
}

/**
 * Takes the payment and confirms the order. Where the gateway does not answer the order stays as it is, and may be confirmed
 * again: the key, its id, keeps it from being paid twice.
 *
 * @throws 503 where the gateway does not answer; 409 where the customer cannot pay.
 */
export function confirmOrder(services: OrderServices, { id, permit }: Wanted): Promise<Order> {
  const { db, payments } = services
  // Not in one transaction: a gateway that hangs must not hold the database.
  return withLock(db, id, async () => {
    const { total } = await note(db, id, 'confirm', { permit }, { paymentAsked: true })
    await payments.take(id, total)
    return move(services, id, 'confirm')
  })
}

/**
 * Cancels an order: its goods return to the stock, and its money to the customer. The money first: where the gateway does not
 * answer the order keeps its status and its goods, and can be cancelled again, but neither confirmed nor shipped.
 *
 * @throws 503 where the gateway does not answer; 409 `ILLEGAL_TRANSITION`
 */
export function cancelOrder(services: OrderServices, wanted: Wanted, cancelReason: string): Promise<Order> {
  return callOff(services, wanted.id, 'cancel', { permit: wanted.permit, cancelReason })
}

/** Cancels an order, as above, if it still is not paid. @throws 409 `LEASE_LOST` where the job has a newer holder */
export function expireOrder(services: OrderServices, id: string, lease: Lease): Promise<Order> {
  return callOff(services, id, 'expire', { lease, cancelReason: 'not paid in time' })
}

function callOff(
  services: OrderServices,
  id: string,
  action: 'cancel' | 'expire',
  change: Change,
): Promise<Order> {
  return withLock(services.db, id, async () => {
    const { paymentAsked } = await note(services.db, id, action, change, { returnAsked: true })
    if (paymentAsked) await services.payments.giveBack(id)
    return move(services, id, action, change)
  })
}

/** Notes what is about to happen to its money, for nobody may ever know whether it did. */
function note(
  db: Db,
  id: string,
  action: OrderAction,
  { permit, lease }: Change,
  noted: Partial<Order>,
): Promise<Order> {
  return inTransaction(db, async (tx) => {
    if (lease !== undefined) await checkLease(tx, lease)
    const order = await lockOrder(tx, id)
    permit?.(order)
    check(order, action)
    await tx.update(orders).set(noted).where(eq(orders.number, order.number))
    return order
  })
}

async function move(
  { db, cache }: OrderServices,
  id: string,
  action: OrderAction,
  { permit, lease, cancelReason }: Change = {},
): Promise<Order> {
  const returned: string[] = []
  const change = () =>
    inTransaction(db, async (tx) => {
      if (lease !== undefined) await checkLease(tx, lease)
      const order = await lockOrder(tx, id)
      permit?.(order)
      check(order, action)
      const to = steps[action].to
      if (to === 'cancelled') {
        returned.push(...order.lines.map(({ sku }) => sku))
        await returnGoods(tx, order)
      }
      const changed = { status: to, cancelReason: cancelReason ?? null }
      await tx.update(orders).set(changed).where(eq(orders.number, order.number))
      return { ...order, ...changed }
    })
  const moved = await cache.whileChanging(returned, change)
  publish(`order.${moved.status}`, JSON.stringify(toView(moved)))
  return moved
}

async function returnGoods(tx: Transaction, { lines }: Order): Promise<void> {
  // In one order, as where they are taken.
  const skus = lines.map(({ sku }) => sku)
  await tx
    .select({ sku: items.sku })
    .from(items)
    .where(inArray(items.sku, skus))
    .orderBy(items.sku)
    .for('update')
  await takeFromStock(
    tx,
    lines.map(({ sku, quantity }) => ({ sku, quantity: -quantity })),
  )
}

async function lockOrder(tx: Transaction, id: string): Promise<Order> {
  const [order] = await tx.select().from(orders).where(eq(orders.id, id)).for('update')
  if (order === undefined) throw noOrder(id)
  return order
}

function check({ status, returnAsked }: Order, action: OrderAction): void {
  const { from, to } = steps[action]
  if (!from.includes(status)) {
    const message = `Cannot ${action} an order that is ${status}, only one that is ${from.join(' or ')}.`
    throw conflict('ILLEGAL_TRANSITION', message, { action, status, from })
  }
  if (!returnAsked || to === 'cancelled') return
  const message = `Cannot ${action} an order whose money is given back, only cancel it.`
  throw conflict('BEING_CANCELLED', message, { action, status })
}

/** Says that an order does not exist. */
export function noOrder(id: string): Problem {
  return notFound(`No order ${id}.`)
}
