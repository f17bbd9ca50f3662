import { type ConflictError, NotFoundError } from '@base/core/errors'
import { withLock } from '@base/core/lock'
import { err, ok, type Result } from '@base/core/result'
import type { Items } from '../items/item.ts'
import type { Fence } from '../jobs/fences.ts'
import { publish } from './events.ts'
import type { Moved, Order, OrderId } from './order.ts'
import type { OrderServices } from './place-order.ts'
import { money } from './pricing.ts'

/** Whoever has the order leaves it in time: no call of the gateway is waited for without end. */
const LOCK = { wait: Number.POSITIVE_INFINITY }

/** An order that was changed, or why it was not. */
export type Changed = Result<Order, NotFoundError | ConflictError>

/** Which order, and who may change it: asked under its lock, for what decides may just be changing. Throws where they may not. */
export interface Wanted {
  readonly id: OrderId
  readonly permit: (order: Order) => void
}

/** Which order, and on whose behalf: of who is signed in, of a job, or of one that was permitted already. */
interface Change extends Partial<Wanted> {
  readonly id: OrderId
  /** What the job shows before it writes. */
  readonly fence?: Fence
}

/** Moves an order along its life cycle. */
export function moveOrder(
  services: OrderServices,
  wanted: Wanted,
  action: 'process' | 'ship' | 'deliver',
): Promise<Changed> {
  return withLock(services.lock, wanted.id, LOCK, () => change(services, wanted, (order) => order[action]()))
}

/**
 * Takes the payment and confirms the order. Where the gateway does not answer the order stays as it is, and may be
 * confirmed again: the key, its id, keeps it from being paid twice.
 *
 * @throws UnavailableError where the gateway does not answer.
 */
export function confirmOrder(services: OrderServices, wanted: Wanted): Promise<Changed> {
  const { id } = wanted
  return withLock(services.lock, id, LOCK, async () => {
    // Not in one unit of work: a gateway that hangs must not hold the database.
    const asked = await change(services, wanted, (order) => order.askForPayment())
    if (!asked.ok) return asked
    const paid = await services.payments.take(id, money(asked.value.total))
    return paid.ok ? change(services, { id }, (order) => order.confirm()) : paid
  })
}

/**
 * Cancels an order: its goods return to the stock, and its money to the customer. The money first: where the gateway does
 * not answer the order keeps its status and its goods, and can be cancelled again, but neither confirmed nor shipped.
 *
 * @throws UnavailableError where the gateway does not answer.
 */
export function cancelOrder(services: OrderServices, wanted: Wanted, reason: string): Promise<Changed> {
  return callOff(services, wanted, 'cancel', (order) => order.cancel(reason))
}

/**
 * Cancels an order, as above, if it still is not paid.
 *
 * @throws UnavailableError where the gateway does not answer; ConflictError `LEASE_LOST` where the job has a newer holder.
 */
export function cancelUnpaidOrder(services: OrderServices, id: OrderId, fence: Fence): Promise<Changed> {
  return callOff(services, { id, fence }, 'expire', (order) => order.expire())
}

function callOff(
  services: OrderServices,
  wanted: Change,
  action: 'cancel' | 'expire',
  move: (order: Order) => Moved,
): Promise<Changed> {
  return withLock(services.lock, wanted.id, LOCK, async () => {
    const asked = await change(services, wanted, (order) =>
      order.paymentAsked ? order.askForReturn(action) : move(order),
    )
    if (!asked.ok || !asked.value.returnAsked) return asked
    await services.payments.giveBack(wanted.id)
    return change(services, wanted, move)
  })
}

/** Says that an order does not exist. */
export function noOrder(id: string): NotFoundError {
  return new NotFoundError({ message: `No order ${id}.` })
}

function change(
  { unitOfWork }: OrderServices,
  { id, permit, fence }: Change,
  move: (order: Order) => Moved,
): Promise<Changed> {
  return unitOfWork.run(async ({ fences, orders, items }, unit) => {
    if (fence !== undefined) await fences.pass(fence)
    const order = await orders.findById(id)
    if (order === undefined) return err(noOrder(id))
    permit?.(order)
    const moved = move(order)
    if (!moved.ok) return moved
    if (order.status === 'cancelled') await returnGoods(items, order)
    unit.afterCommit(() => publish(order))
    return ok(await orders.save(order))
  })
}

async function returnGoods(items: Items, { lines }: Order): Promise<void> {
  const quantities = new Map(lines.map(({ sku, quantity }) => [sku, quantity]))
  const goods = await items.lock([...quantities.keys()])
  await items.saveMany(
    goods.map((item) => ({ ...item, stock: item.stock + (quantities.get(item.sku) ?? 0) })),
  )
}
