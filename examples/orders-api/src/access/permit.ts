import { principal } from '@base/core/context'
import { ForbiddenError } from '@base/core/errors'
import { type Specification, specificationOf } from '@base/domain/specification'
import type { MiddlewareHandler } from 'hono'
import type { Order } from '../orders/order.ts'
import { type OrderVerb, type ShopAction, shopRules } from './shop-rules.ts'

/** Lets only who may do it to all pass, whichever it is; to stand behind `authenticate`. @throws ForbiddenError */
export function permit(action: ShopAction): MiddlewareHandler {
  return async (_, next) => {
    shopRules.authorize({ principal: principal.require(), action })
    await next()
  }
}

/**
 * Refuses what who is signed in may not do to an order.
 *
 * @throws ForbiddenError `NOT_YOUR_ORDER` where it is somebody else's, and not theirs to see either; `FORBIDDEN` where it is.
 */
export function permitOrder(order: Order, action: OrderVerb): void {
  const asked = { principal: principal.require(), type: 'order', resource: order } as const
  if (shopRules.can({ ...asked, action })) return
  if (shopRules.can({ ...asked, action: 'read' }))
    throw new ForbiddenError({ message: `You may not ${action} this order.` })
  throw new ForbiddenError({ code: 'NOT_YOUR_ORDER', message: `Order ${order.id} is somebody else's.` })
}

/** The orders that who is signed in may see. */
export function visibleOrders(): Specification<Order> {
  return specificationOf(shopRules.filter({ principal: principal.require(), action: 'read', type: 'order' }))
}

/** The customers that who is signed in may see. */
export function visibleCustomers(): Specification<{ readonly username: string }> {
  return specificationOf(
    shopRules.filter({ principal: principal.require(), action: 'read', type: 'customer' }),
  )
}
