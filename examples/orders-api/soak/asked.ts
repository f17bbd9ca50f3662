import type { OrderState } from '../src/orders/order.ts'

/** An order as an answer has it. */
export type Placed = OrderState & { readonly id: string }

/** An order as its customer remembers it. */
export interface Asked {
  /** Its `Idempotency-Key`, and its notes. */
  readonly key: string
  readonly customer: string
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[]
  /** What each answer said that it was placed. */
  readonly placed: Placed[]
  /** The code of the answer that said that it will not be; what was asked for twice at once may be placed all the same. */
  refused?: string
  /** Where its customer has brought it; none until that is certain. */
  status?: 'pending' | 'confirmed' | 'cancelled'
}
