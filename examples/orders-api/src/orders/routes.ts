import { principal } from '@base/core/context'
import { unwrap } from '@base/core/result'
import { allOf, type Specification, where } from '@base/domain/specification'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { z } from 'zod'
import { Username } from '../customers/customer.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import { answerPage, pageQuery } from '../http/page.ts'
import { readBody } from '../http/read-body.ts'
import { readFilter } from '../http/read-filter.ts'
import { readQuery } from '../http/read-query.ts'
import type { Client } from '../http/server.ts'
import { cancelOrder, confirmOrder, moveOrder, noOrder } from './change-order.ts'
import { type Moved, type Order, type OrderId, orderId } from './order.ts'
import { CancelInput, OrderBody, type OrderInput } from './order-input.ts'
import type { OrderLimits } from './order-limits.ts'
import { orderStatuses } from './order-status.ts'
import { checkOwn } from './own-order.ts'
import { type OrderServices, placeOrder, placeOrderOnce } from './place-order.ts'
import { cancellable, overdue } from './rules.ts'

const ListQuery = z.strictObject({
  ...pageQuery,
  customer: Username.optional(),
  status: z.enum(orderStatuses).optional(),
  rule: z.enum(['cancellable', 'overdue']).optional(),
})

const filterable = {
  customer: 'string',
  status: 'string',
  total: 'number',
  placedAt: 'date',
  expectedBy: 'date',
} as const

const NEWEST_FIRST = [{ field: 'number', direction: 'desc' }] as const

const moves: Readonly<Record<string, (order: Order) => Moved>> = {
  process: (order) => order.process(),
  ship: (order) => order.ship(),
  deliver: (order) => order.deliver(),
}

/** What the routes need beside their use cases. */
interface RouteServices extends OrderServices {
  readonly limits: OrderLimits
  /** Lets only who is signed in pass, and says who that is. */
  readonly signedIn: MiddlewareHandler
}

export function orderRoutes(services: RouteServices): Hono {
  const { orders, clock, limits, signedIn } = services
  const routes = new Hono()
    .post('/', signedIn, async (c) => {
      const key = idempotencyKeyOf(c)
      const input = await readOrder(c, limits)
      if (key === undefined) return created(c, unwrap(await placeOrder(services, input)))
      const { value, replayed } = await placeOrderOnce(services, key, input)
      if (replayed) c.header('idempotency-replayed', 'true')
      return created(c, value)
    })
    .get('/', async (c) => {
      const { limit, after, filter, ...query } = await readQuery(c, ListQuery)
      const rules = askedFor(query, new Date(clock.now()))
      const specification = allOf(await readFilter<Order>(filter, filterable), ...rules)
      return answerPage(c, orders, { specification, orderBy: NEWEST_FIRST, limit, after })
    })
    .get('/:id', async (c) => {
      const id = idIn(c)
      const order = await orders.findById(id)
      if (order === undefined) throw noOrder(id)
      return c.json(order)
    })
    .post('/:id/confirm', signedIn, async (c) => {
      const id = await checkOwn(orders, idIn(c))
      return c.json(unwrap(await confirmOrder(services, id)))
    })
    .post('/:id/cancel', signedIn, async (c) => {
      const id = await checkOwn(orders, idIn(c))
      const { reason } = await readBody(c, CancelInput)
      return c.json(unwrap(await cancelOrder(services, id, reason)))
    })
  for (const [action, move] of Object.entries(moves)) {
    routes.post(`/:id/${action}`, async (c) => c.json(unwrap(await moveOrder(services, idIn(c), move))))
  }
  return routes
}

/** What is ordered, charged to who orders it; what cannot be read is charged as well. */
async function readOrder(c: Context, limits: OrderLimits): Promise<OrderInput> {
  const { address } = c.env as Client
  const customer = principal.require().id
  await limits.charge(customer, address)
  return { ...(await readBody(c, OrderBody)), customer }
}

/** The rules that a query names. */
function askedFor(
  { customer, status, rule }: Omit<z.infer<typeof ListQuery>, 'limit'>,
  now: Date,
): Specification<Order>[] {
  return [
    ...(customer === undefined ? [] : [where<Order>().equals('customer', customer)]),
    ...(status === undefined ? [] : [where<Order>().equals('status', status)]),
    ...(rule === 'cancellable' ? [cancellable] : []),
    ...(rule === 'overdue' ? [overdue(now)] : []),
  ]
}

function created(c: Context, order: { readonly id: OrderId }): Response {
  return c.json(order, 201, { location: `/orders/${order.id}` })
}

/** The id in the path; what is no id of an order names none. */
function idIn({ req }: Context): OrderId {
  const id = req.param('id') ?? ''
  if (!orderId.is(id)) throw noOrder(id)
  return id
}
