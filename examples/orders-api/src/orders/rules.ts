import { Specification, where } from '@base/domain/specification'
import { type OrderAction, type OrderStatus, steps } from './order-status.ts'

/** What the rules look at. */
interface Progress {
  readonly status: OrderStatus
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
}

/** It can still be called off. */
export const cancellable: Allows = allows.cancel

/** It should have arrived by now. */
export const overdue = (now: Date): Specification<Progress> =>
  where<Progress>()
    .isNotIn('status', ['delivered', 'cancelled'])
    .and(where<Progress>().lessThan('expectedBy', now))
