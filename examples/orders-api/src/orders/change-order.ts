import { ConflictError, NotFoundError } from '@base/core/errors'
import { withLock } from '@base/core/lock'
import { err, ok, type Result } from '@base/core/result'
import { where } from '@base/domain/specification'
import type { Item } from '../items/item.ts'
import type { Fence } from '../jobs/fences.ts'
import type { Repositories } from '../stores.ts'
import type { Moved, Order, OrderId } from './order.ts'
import type { OrderServices } from './place-order.ts'
import { money } from './pricing.ts'
import { type Allows, allows } from './rules.ts'

/** Whoever has the order leaves it in time: no call of the gateway is waited for without end. */
const LOCK = { wait: Number.POSITIVE_INFINITY }

/** An order that was changed, or why it was not. */
export type Changed = Result<Order, NotFoundError | ConflictError>

/** Which order, and who may change it: asked under its lock, for what decides may just be changing. Throws where they may not. */
export interface Wanted {
  readonly id: OrderId
  readonly permit: (order: Order) => void
}

/** Moves an order along its life cycle. */
export function moveOrder(
  services: OrderServices,
  { id, permit }: Wanted,
  move: (order: Order) => Moved,
): Promise<Changed> {
  return withLock(services.lock, id, LOCK, () => change(services, id, permitted(permit, move)))
}

/**
 * Takes the payment and confirms the order. Where the gateway does not answer the order stays as it is, and may be
 * confirmed again: the key, its id, keeps it from being paid twice.
 *
 * @throws UnavailableError where the gateway does not answer.
 */
export function confirmOrder(services: OrderServices, { id, permit }: Wanted): Promise<Changed> {
  return withLock(services.lock, id, LOCK, async () => {
    // Not in one unit of work: a gateway that hangs must not hold the database.
    const asked = await change(
      services,
      id,
      permitted(permit, (order) => order.askForPayment()),
    )
    if (!asked.ok) return asked
    const paid = await services.payments.take(id, money(asked.value.total))
    return paid.ok ? change(services, id, (order) => order.confirm()) : paid
  })
}

/**
 * Cancels an order: its goods return to the stock, and its money to the customer. The money first: where the gateway does
 * not answer the order stays as it is, and may be cancelled again.
 *
 * @throws UnavailableError where the gateway does not answer.
 */
export function cancelOrder(
  services: OrderServices,
  { id, permit }: Wanted,
  reason: string,
): Promise<Changed> {
  const move = permitted(permit, (order) => order.cancel(reason))
  return callOff(services, id, allows.cancel, move, { permit })
}

/**
 * Cancels an order, as above, if it still is not paid.
 *
 * @throws UnavailableError where the gateway does not answer; ConflictError `LEASE_LOST` where the job has a newer holder.
 */
export function cancelUnpaidOrder(services: OrderServices, id: OrderId, fence: Fence): Promise<Changed> {
  return callOff(services, id, allows.expire, (order) => order.expire(), { fence })
}

function callOff(
  services: OrderServices,
  id: OrderId,
  allowed: Allows,
  move: (order: Order) => Moved,
  { permit, fence }: { readonly permit?: Wanted['permit']; readonly fence?: Fence },
): Promise<Changed> {
  return withLock(services.lock, id, LOCK, async () => {
    const order = await services.orders.findById(id)
    // Before the money goes back.
    if (order !== undefined) permit?.(order)
    const isPaidBack = order?.paymentAsked === true && allowed.isSatisfiedBy(order)
    if (isPaidBack) await services.payments.giveBack(id)
    // A lock that was lost may have been given to who asks for the payment just now.
    const isSafe = (now: Order) => isPaidBack || !now.paymentAsked || !allowed.isSatisfiedBy(now)
    return change(services, id, (now) => (isSafe(now) ? move(now) : err(changedMeanwhile(id))), fence)
  })
}

function changedMeanwhile(id: OrderId): ConflictError {
  return new ConflictError({ message: `Order ${id} was changed meanwhile. Look at it, and ask again.` })
}

function permitted(permit: Wanted['permit'], move: (order: Order) => Moved): (order: Order) => Moved {
  return (order) => {
    permit(order)
    return move(order)
  }
}

/** Says that an order does not exist. */
export function noOrder(id: string): NotFoundError {
  return new NotFoundError({ message: `No order ${id}.` })
}

function change(
  { unitOfWork, publish }: OrderServices,
  id: OrderId,
  move: (order: Order) => Moved,
  fence?: Fence,
): Promise<Changed> {
  return unitOfWork.run(async (tx, unit) => {
    if (fence !== undefined) await tx.fences.pass(fence)
    const order = await tx.orders.findById(id)
    if (order === undefined) return err(noOrder(id))
    const moved = move(order)
    if (!moved.ok) return moved
    if (order.status === 'cancelled') await returnGoods(tx, order)
    unit.afterCommit(() => publish(order))
    return ok(await tx.orders.save(order))
  })
}

async function returnGoods({ items }: Repositories, { lines }: Order): Promise<void> {
  const quantities = new Map(lines.map(({ sku, quantity }) => [sku, quantity]))
  const goods = await items.findForUpdate(where<Item>().isIn('sku', [...quantities.keys()]))
  await items.saveMany(
    goods.map((item) => ({ ...item, stock: item.stock + (quantities.get(item.sku) ?? 0) })),
  )
}
