import { principal } from '@base/core/context'
import { ForbiddenError } from '@base/core/errors'
import { noOrder } from './change-order.ts'
import type { OrderId, Orders } from './order.ts'

/**
 * Lets only the customer of an order go on.
 *
 * @throws NotFoundError where there is no such order; ForbiddenError where it is somebody else's.
 */
export async function checkOwn(orders: Pick<Orders, 'findById'>, id: OrderId): Promise<OrderId> {
  const order = await orders.findById(id)
  if (order === undefined) throw noOrder(id)
  if (order.customer === principal.require().id) return id
  throw new ForbiddenError({ code: 'NOT_YOUR_ORDER', message: `Order ${id} is somebody else's.` })
}
