import { fingerprintOf, type Idempotency, type IdempotencyResult } from '@base/application/idempotency'
import type { Clock } from '@base/core/clock'
import { toMilliseconds } from '@base/core/duration'
import type { ConflictError, ValidationError } from '@base/core/errors'
import type { Lock } from '@base/core/lock'
import { ok, type Result, unwrap } from '@base/core/result'
import type { Unit } from '@base/domain/unit-of-work'
import type { Logger } from '@base/observability/logger'
import type { Item } from '../items/item.ts'
import type { Payments } from '../payments/gateway-payments.ts'
import type { Repositories, Stores } from '../stores.ts'
import { draftOrder } from './draft-order.ts'
import { publish } from './events.ts'
import { Order, type OrderId } from './order.ts'
import type { OrderInput } from './order-input.ts'

const DELIVERY = toMilliseconds('5d')

/** What the use cases of orders work with. */
export interface OrderServices extends Stores {
  readonly clock: Clock
  readonly logger: Logger
  readonly payments: Payments
  /** Keeps two from changing one order while its money is on the way. */
  readonly lock: Lock
  /** Answers requests that come again before the database is asked; `undefined` where nobody does. */
  readonly repetitions?: Idempotency | undefined
}

/** An order that was placed, or why it was not. */
type Placed = Result<Order, ValidationError | ConflictError>

/** An order as callers see it, in JSON: what is kept is what was answered. */
export interface PlacedAnswer {
  readonly id: OrderId
  readonly json: string
}

/** An order as it was answered first, and whether that was before. */
export type PlacedOnce = IdempotencyResult<PlacedAnswer>

/** Places an order: its goods leave the stock in the unit of work that saves it, so no piece is sold twice. */
export async function placeOrder(services: OrderServices, input: OrderInput): Promise<Placed> {
  return services.unitOfWork.run(placing(services, input))
}

/**
 * Places an order once, however often its request comes: key, order and answer are committed together, or none of them.
 *
 * Where instances share Redis it answers what comes again, and lets one at a time go on to the database. What it forgets,
 * or was not told, is still known there.
 *
 * @throws IdempotencyMismatchError where the key belongs to another order; IdempotencyInProgressError while it is placed;
 * UnavailableError where Redis does not answer; what {@link placeOrder} refuses, which frees the key.
 */
export async function placeOrderOnce(
  services: OrderServices,
  header: string,
  input: OrderInput,
): Promise<PlacedOnce> {
  const [key, fingerprint] = [`${input.customer}:POST /orders:${header}`, fingerprintOf(input)]
  const place = placing(services, input)
  const commit = () =>
    services.unitOfWork.run((tx, unit) =>
      tx.idempotency.run(key, fingerprint, async () => answerOf(unwrap(await place(tx, unit)))),
    )
  if (services.repetitions === undefined) return commit()
  const { value: first, replayed } = await services.repetitions.run(key, fingerprint, commit)
  return { ...first, replayed: replayed || first.replayed }
}

export function answerOf(order: Order): PlacedAnswer {
  return { id: order.id, json: JSON.stringify(order) }
}

/** What places an order within a unit of work. */
function placing({ clock }: OrderServices, input: OrderInput) {
  return async ({ items, orders }: Repositories, unit: Unit): Promise<Placed> => {
    const goods = await items.lock(input.lines.map(({ sku }) => sku))
    const stock = new Map(goods.map((item) => [item.sku, item]))
    const draft = draftOrder(input, stock)
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
  }
}
