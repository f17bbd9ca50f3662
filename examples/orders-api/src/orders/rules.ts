import { toMilliseconds } from '@base/core/duration'
import { type Specification, where } from '@base/domain/specification'
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
export const allows = (action: OrderAction) =>
  where<Pick<Progress, 'status'>>().isIn('status', steps[action].from)

/** It should have arrived by now. */
const overdue = (now: Date): Specification<Progress> =>
  where<Progress>()
    .isNotIn('status', ['delivered', 'cancelled'])
    .and(where<Progress>().lessThan('expectedBy', now))

/** It should have been paid by now. */
export const unpaid = (now: Date): Specification<Progress> =>
  where<Progress>()
    .lessThanOrEqual('placedAt', new Date(now.getTime() - PAY_WITHIN))
    .and(allows('expire'))

/** Those that a list can be asked for. */
export const listRules = {
  /** It can still be called off. */
  cancellable: (): Specification<Progress> => allows('cancel'),
  overdue,
  unpaid,
}
