import { toMilliseconds } from '@base/core/duration'
import { Specification, where } from '@base/domain/specification'
import { type OrderAction, type OrderStatus, steps } from './order-status.ts'

/** How long an order may wait for its payment. */
const PAY_WITHIN = toMilliseconds('1d')

/** What the rules look at. */
interface Progress {
  readonly status: OrderStatus
  readonly placedAt: Date
  readonly expectedBy: Date
}

/** The action may be done to it now. */
export class Allows extends Specification<Pick<Progress, 'status'>> {
  readonly expression

  constructor(action: OrderAction) {
    super()
    this.expression = where<Progress>().isIn('status', steps[action].from).expression
  }
}

/** Each action's own. */
export const allows: Readonly<Record<OrderAction, Allows>> = {
  confirm: new Allows('confirm'),
  process: new Allows('process'),
  ship: new Allows('ship'),
  deliver: new Allows('deliver'),
  cancel: new Allows('cancel'),
  expire: new Allows('expire'),
}

/** It can still be called off. */
export const cancellable: Allows = allows.cancel

/** It should have arrived by now. */
export const overdue = (now: Date): Specification<Progress> =>
  where<Progress>()
    .isNotIn('status', ['delivered', 'cancelled'])
    .and(where<Progress>().lessThan('expectedBy', now))

/** It should have been paid by now. */
export const unpaid = (now: Date): Specification<Progress> =>
  where<Progress>()
    .lessThanOrEqual('placedAt', new Date(now.getTime() - PAY_WITHIN))
    .and(allows.expire)
