import type { Clock } from '@base/core/clock'
import { toMilliseconds } from '@base/core/duration'
import type { ConflictError, ValidationError } from '@base/core/errors'
import type { Lock } from '@base/core/lock'
import { ok, type Result } from '@base/core/result'
import { where } from '@base/domain/specification'
import type { Item } from '../items/item.ts'
import type { Payments } from '../payments/payments.ts'
import type { Stores } from '../stores.ts'
import { draftOrder } from './draft-order.ts'
import { Order } from './order.ts'
import type { OrderInput } from './order-input.ts'
import type { Publish } from './publish.ts'

const DELIVERY = toMilliseconds('5d')

/** What the use cases of orders work with. */
export interface OrderServices extends Stores {
  readonly clock: Clock
  /** Tells what happened to an order, once it is saved. */
  readonly publish: Publish
  readonly payments: Payments
  /** Keeps two from changing one order while its money is on the way. */
  readonly lock: Lock
}

/** Places an order: its goods leave the stock in the unit of work that saves it, so no piece is sold twice. */
export function placeOrder(
  { unitOfWork, clock, publish }: OrderServices,
  input: OrderInput,
): Promise<Result<Order, ValidationError | ConflictError>> {
  return unitOfWork.run(async ({ items, customers, orders }, unit) => {
    const wanted = input.lines.map(({ sku }) => sku)
    const customer = await customers.findById(input.customer)
    const found = await items.findForUpdate(where<Item>().isIn('sku', wanted))
    const stock = new Map(found.map((item) => [item.sku, item]))
    const draft = draftOrder(input, { customer, items: stock })
    if (!draft.ok) return draft

    const left = draft.value.lines.map(({ sku, quantity }) => {
      const item = stock.get(sku) as Item
      return { ...item, stock: item.stock - quantity }
    })
    await items.saveMany(left)
    const now = clock.now()
    const dates = { placedAt: new Date(now), expectedBy: new Date(now + DELIVERY) }
    const order = Order.place({ ...input, ...draft.value, ...dates })
    unit.afterCommit(() => publish(order))
    return ok(await orders.save(order))
  })
}
