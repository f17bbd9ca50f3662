import { ConflictError } from '@base/core/errors'
import { type TypedId, typedId } from '@base/core/id'
import { err, ok, type Result } from '@base/core/result'
import { AggregateRoot } from '@base/domain/aggregate'
import type { DomainEvent } from '@base/domain/event'
import type { Repository } from '@base/domain/repository'
import {
  OrderCancelled,
  OrderConfirmed,
  OrderDelivered,
  OrderPlaced,
  OrderProcessing,
  OrderShipped,
} from './events.ts'
import type { LineInput } from './order-input.ts'
import { type OrderAction, type OrderStatus, steps } from './order-status.ts'
import type { Totals } from './pricing.ts'
import { allows } from './rules.ts'

/** The ids of orders: `order_01jgfjjz00fcz9r7af5a76p38q`. */
export const orderId = typedId('order')
export type OrderId = TypedId<'order'>

/** One item of an order, at the name and price it had when the order was placed. */
export interface OrderLine extends LineInput {
  readonly name: string
  readonly unitPrice: number
  readonly discount: number
  readonly total: number
}

/** An order as callers see it, beside its id. All money is in minor units. */
export interface OrderState extends Totals {
  /** Counts the orders of the shop, and is the order of lists; 0 until it is saved. */
  readonly number: number
  readonly customer: string
  readonly address: string
  readonly notes: string
  readonly status: OrderStatus
  readonly lines: readonly OrderLine[]
  readonly cancelReason: string | null
  readonly placedAt: Date
  readonly expectedBy: Date
}

/** An order as it is kept. */
export interface KeptState extends OrderState {
  /** Whether its money may have been taken: then it must be given back when the order is cancelled. */
  readonly paymentAsked: boolean
  /** Whether its money may have been given back: then it can be cancelled, and nothing else. */
  readonly returnAsked: boolean
}

/** Where the orders are kept. */
export type Orders = Pick<Repository<Order, OrderId>, 'findById' | 'findPage' | 'stream' | 'save'>

/** What became of an action: the order, or why it could not be. */
export type Moved = Result<Order, ConflictError>

/** An order and its life cycle. */
export class Order extends AggregateRoot<OrderId> {
  #state: KeptState

  constructor(id: OrderId, state: KeptState, version = 0) {
    super(id, version)
    this.#state = state
  }

  /** A new order; what it asks for is checked and priced already. */
  static place(state: Omit<OrderState, 'number' | 'status' | 'cancelReason'>): Order {
    const begun = { number: 0, status: 'pending', cancelReason: null } as const
    const asked = { paymentAsked: false, returnAsked: false }
    const order = new Order(orderId.create(), { ...state, ...begun, ...asked })
    const { customer, total, placedAt: occurredAt } = state
    const lines = state.lines.map(({ sku, quantity }) => ({ sku, quantity }))
    order.record(OrderPlaced({ customer, total, lines }, { occurredAt }))
    return order
  }

  get number(): number {
    return this.#state.number
  }
  get customer(): string {
    return this.#state.customer
  }
  get status(): OrderStatus {
    return this.#state.status
  }
  get lines(): readonly OrderLine[] {
    return this.#state.lines
  }
  get total(): number {
    return this.#state.total
  }
  get placedAt(): Date {
    return this.#state.placedAt
  }
  get expectedBy(): Date {
    return this.#state.expectedBy
  }
  get paymentAsked(): boolean {
    return this.#state.paymentAsked
  }
  get returnAsked(): boolean {
    return this.#state.returnAsked
  }

  /** Notes that its money is about to be taken, for nobody may ever know whether it was. */
  askForPayment(): Moved {
    return this.#change('confirm', { paymentAsked: true })
  }

  /** Notes that its money is about to be given back, so that nobody ships it meanwhile. */
  askForReturn(action: 'cancel' | 'expire'): Moved {
    return this.#change(action, { returnAsked: true })
  }

  confirm(): Moved {
    return this.#move('confirm', () => OrderConfirmed({ total: this.total }))
  }

  process(): Moved {
    return this.#move('process', () => OrderProcessing({}))
  }

  ship(): Moved {
    return this.#move('ship', () => OrderShipped({ address: this.#state.address }))
  }

  deliver(): Moved {
    return this.#move('deliver', () => OrderDelivered({}))
  }

  cancel(cancelReason: string): Moved {
    return this.#move('cancel', () => OrderCancelled({ reason: cancelReason }), { cancelReason })
  }

  /** Cancels it because nobody paid. */
  expire(): Moved {
    const cancelReason = 'not paid in time'
    return this.#move('expire', () => OrderCancelled({ reason: cancelReason }), { cancelReason })
  }

  /** What the database keeps. */
  toRow(): KeptState & { readonly id: OrderId; readonly version: number } {
    return { id: this.id, ...this.#state, version: this.version }
  }

  /** What callers see. */
  toJSON(): OrderState & { readonly id: OrderId } {
    const { paymentAsked: _, returnAsked: __, ...shown } = this.#state
    return { id: this.id, ...shown }
  }

  #move(action: OrderAction, happened: () => DomainEvent, change: Partial<OrderState> = {}): Moved {
    const moved = this.#change(action, { ...change, status: steps[action].to })
    if (moved.ok) this.record(happened())
    return moved
  }

  #change(action: OrderAction, change: Partial<KeptState>): Moved {
    if (!this.#may(action)) return this.#refuse(action)
    this.#state = { ...this.#state, ...change }
    return ok(this)
  }

  #may(action: OrderAction): boolean {
    return allows(action).isSatisfiedBy(this) && (!this.returnAsked || steps[action].to === 'cancelled')
  }

  #refuse(action: OrderAction): Moved {
    const { status } = this
    if (allows(action).isSatisfiedBy(this)) {
      const message = `Cannot ${action} an order whose money is given back, only cancel it.`
      return err(new ConflictError({ code: 'BEING_CANCELLED', message, details: { action, status } }))
    }
    const { from } = steps[action]
    const message = `Cannot ${action} an order that is ${status}, only one that is ${from.join(' or ')}.`
    const details = { action, status, from }
    return err(new ConflictError({ code: 'ILLEGAL_TRANSITION', message, details }))
  }
}
