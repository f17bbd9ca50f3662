import { principal } from '@base/core/context'
import { unwrap } from '@base/core/result'
import { allOf, where } from '@base/domain/specification'
import type { RateLimiter } from '@base/resilience/rate-limiter'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { z } from 'zod'
import { permit, permitOrder, visibleOrders } from '../access/permit.ts'
import type { OrderVerb } from '../access/shop-rules.ts'
import type { KeyScope } from '../api-keys/key-scope.ts'
import { Username } from '../customers/customer.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import { answerPage, pageQuery } from '../http/page.ts'
import { readBody } from '../http/read-body.ts'
import { readFilter } from '../http/read-filter.ts'
import { readQuery } from '../http/read-query.ts'
import { cancelOrder, confirmOrder, moveOrder, noOrder, type Wanted } from './change-order.ts'
import { type Order, type OrderId, orderId } from './order.ts'
import { CancelInput, OrderBody } from './order-input.ts'
import { orderStatuses } from './order-status.ts'
import { answerOf, type OrderServices, type PlacedAnswer, placeOrder, placeOrderOnce } from './place-order.ts'
import { listRules } from './rules.ts'

const ListQuery = z.strictObject({
  ...pageQuery,
  customer: Username.optional(),
  status: z.enum(orderStatuses).optional(),
  rule: z.literal(Object.keys(listRules) as (keyof typeof listRules)[]).optional(),
})

const filterable = {
  customer: 'string',
  status: 'string',
  total: 'number',
  placedAt: 'date',
  expectedBy: 'date',
} as const

const NEWEST_FIRST = [{ field: 'number', direction: 'desc' }] as const

/** What the routes need beside their use cases. */
interface RouteServices extends OrderServices {
  /** Lets each customer try to place only so many orders in a time. */
  readonly perCustomer: RateLimiter
  /** Lets only who is signed in pass, or has an API key for this, and says who that is. */
  readonly signedIn: (scope: KeyScope) => MiddlewareHandler
}

export function orderRoutes(services: RouteServices): Hono {
  const { orders, clock, perCustomer, signedIn } = services
  const [reading, writing] = [signedIn('orders:read'), signedIn('orders:write')]
  const routes = new Hono()
    .post('/', writing, permit('order:place'), async (c) => {
      const key = idempotencyKeyOf(c)
      const customer = principal.require().id
      // What cannot be read is charged as well.
      const body = await perCustomer.execute(() => readBody(c, OrderBody), { key: customer })
      const input = { ...body, customer }
      if (key === undefined) return created(c, answerOf(unwrap(await placeOrder(services, input))))
      const { value, replayed } = await placeOrderOnce(services, key, input)
      if (replayed) c.header('idempotency-replayed', 'true')
      return created(c, value)
    })
    .get('/', reading, async (c) => {
      const { limit, after, filter, customer, status, rule } = await readQuery(c, ListQuery)
      const specification = allOf<Order>(
        visibleOrders(),
        await readFilter<Order>(filter, filterable),
        ...(customer === undefined ? [] : [where<Order>().equals('customer', customer)]),
        ...(status === undefined ? [] : [where<Order>().equals('status', status)]),
        ...(rule === undefined ? [] : [listRules[rule](new Date(clock.now()))]),
      )
      return answerPage(c, orders, specification, { orderBy: NEWEST_FIRST, limit, after })
    })
    .get('/:id', reading, async (c) => {
      const id = idIn(c)
      const order = await orders.findById(id)
      if (order === undefined) throw noOrder(id)
      permitOrder(order, 'read')
      return c.json(order)
    })
    .post('/:id/confirm', writing, async (c) =>
      c.json(unwrap(await confirmOrder(services, wanted(c, 'confirm')))),
    )
    .post('/:id/cancel', writing, async (c) => {
      const { reason } = await readBody(c, CancelInput)
      return c.json(unwrap(await cancelOrder(services, wanted(c, 'cancel'), reason)))
    })
  for (const action of ['process', 'ship', 'deliver'] as const) {
    routes.post(`/:id/${action}`, writing, async (c) =>
      c.json(unwrap(await moveOrder(services, wanted(c, action), action))),
    )
  }
  return routes
}

function created(c: Context, { id, json }: PlacedAnswer): Response {
  return c.body(json, 201, { 'content-type': 'application/json', location: `/orders/${id}` })
}

/** The order in the path, for who may do this to it. */
function wanted(c: Context, action: OrderVerb): Wanted {
  return { id: idIn(c), permit: (order) => permitOrder(order, action) }
}

/** The id in the path; what is no id of an order names none. */
function idIn({ req }: Context): OrderId {
  const id = req.param('id') ?? ''
  if (!orderId.is(id)) throw noOrder(id)
  return id
}
