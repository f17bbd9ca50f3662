import { and, desc, eq, lt } from 'drizzle-orm'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { callerOf, type OrderVerb, permitOrder, visibleOrders } from '../access/permissions.ts'
import type { Guard } from '../auth/authenticate.ts'
import { Username } from '../customers/customer.ts'
import { orders } from '../database/schema.ts'
import { cursorOf, pageOf, pageQuery } from '../http/page.ts'
import { readBody } from '../http/read-body.ts'
import { readQuery } from '../http/read-query.ts'
import type { Limiter } from '../limits.ts'
import { cancelOrder, confirmOrder, findOrder, moveOrder, noOrder, type Wanted } from './change-order.ts'
import { idempotencyKeyOf } from './idempotency.ts'
import { CancelInput, OrderInput, toView } from './order.ts'
import { isOrderId } from './order-id.ts'
import { orderStatuses } from './order-status.ts'
import { type OrderServices, placeOrder } from './place-order.ts'
import { orderRules } from './rules.ts'

const ListQuery = z.strictObject({
  ...pageQuery,
  customer: Username.optional(),
  status: z.enum(orderStatuses).optional(),
  rule: z.literal(Object.keys(orderRules) as (keyof typeof orderRules)[]).optional(),
})
const OrderNumber = z.int().min(0)

/** What the paths of orders work with. */
export interface OrderRouteServices extends OrderServices {
  /** Orders of one customer: whoever is signed in is one. */
  readonly perCustomer: Limiter
}

export function orderRoutes(app: FastifyInstance, services: OrderRouteServices, allow: Guard): void {
  const { db } = services
  const signedIn = { preHandler: allow() }
  listRoute(app, db, allow)
  // Before the body is read: what cannot be is charged as well.
  const charge = async (request: FastifyRequest) => {
    idempotencyKeyOf(request)
    const { id } = callerOf(request)
    await services.perCustomer.charge(id, `Too many orders from customer ${id}.`)
  }

  app.post('/orders', { preHandler: [allow('order:place'), charge] }, async (request, reply) => {
    const input = readBody(request, OrderInput)
    const key = idempotencyKeyOf(request)
    const { answer, replayed } = await placeOrder(services, callerOf(request).id, input, key)
    if (replayed) reply.header('idempotency-replayed', 'true')
    return reply
      .code(201)
      .headers({
        location: `/orders/${JSON.parse(answer).id}`,
        'content-type': 'application/json; charset=utf-8',
      })
      .send(answer)
  })

  app.get('/orders/:id', signedIn, async (request) => {
    const order = await findOrder(db, idIn(request))
    permitOrder(callerOf(request), 'read', order)
    return toView(order)
  })

  app.post('/orders/:id/confirm', signedIn, async (request) =>
    toView(await confirmOrder(services, wanted(request, 'confirm'))),
  )

  app.post('/orders/:id/cancel', signedIn, async (request) => {
    const { reason } = readBody(request, CancelInput)
    return toView(await cancelOrder(services, wanted(request, 'cancel'), reason))
  })

  for (const action of ['process', 'ship', 'deliver'] as const) {
    app.post(`/orders/:id/${action}`, signedIn, async (request) =>
      toView(await moveOrder(services, wanted(request, action), action)),
    )
  }
}

/** The list of orders, the newest first. */
function listRoute(app: FastifyInstance, db: OrderServices['db'], allow: Guard): void {
  app.get('/orders', { preHandler: allow() }, async (request) => {
    const { limit, after, customer, status, rule } = readQuery(request, ListQuery)
    const behind = cursorOf('orders', after, OrderNumber)
    const rows = await db
      .select()
      .from(orders)
      .where(
        and(
          visibleOrders(callerOf(request)),
          customer === undefined ? undefined : eq(orders.customer, customer),
          status === undefined ? undefined : eq(orders.status, status),
          rule === undefined ? undefined : orderRules[rule](),
          behind === undefined ? undefined : lt(orders.number, behind),
        ),
      )
      .orderBy(desc(orders.number))
      .limit(limit + 1)
    return pageOf(request, 'orders', rows, limit, { key: ({ number }) => number, toView })
  })
}

/** The order in the path, for who may do this to it. */
function wanted(request: FastifyRequest, verb: OrderVerb): Wanted {
  const caller = callerOf(request)
  return { id: idIn(request), permit: (order) => permitOrder(caller, verb, order) }
}

/** The id in the path; what is no id of an order names none. */
function idIn({ params }: FastifyRequest): string {
  const { id } = params as { id: string }
  if (!isOrderId(id)) throw noOrder(id)
  return id
}
