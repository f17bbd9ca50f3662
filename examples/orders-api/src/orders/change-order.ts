import { type ConflictError, NotFoundError } from '@base/core/errors'
import { err, ok, type Result } from '@base/core/result'
import { where } from '@base/domain/specification'
import type { Item } from '../items/item.ts'
import type { Repositories } from '../stores.ts'
import type { Moved, Order, OrderId } from './order.ts'
import type { OrderServices } from './place-order.ts'

/** Moves an order along its life cycle. */
export function changeOrder(
  { unitOfWork, publish }: OrderServices,
  id: OrderId,
  move: (order: Order) => Moved,
): Promise<Result<Order, NotFoundError | ConflictError>> {
  return unitOfWork.run(async (tx, unit) => {
    const order = await tx.orders.findById(id)
    if (order === undefined) return err(noOrder(id))
    const moved = move(order)
    if (!moved.ok) return moved
    if (order.status === 'cancelled') await returnGoods(tx, order)
    unit.afterCommit(() => publish(order))
    return ok(await tx.orders.save(order))
  })
}

/** Says that an order does not exist. */
export function noOrder(id: string): NotFoundError {
  return new NotFoundError({ message: `No order ${id}.` })
}

async function returnGoods({ items }: Repositories, { lines }: Order): Promise<void> {
  const quantities = new Map(lines.map(({ sku, quantity }) => [sku, quantity]))
  const goods = await items.find(where<Item>().isIn('sku', [...quantities.keys()]))
  for (const item of goods) await items.save({ ...item, stock: item.stock + (quantities.get(item.sku) ?? 0) })
}
