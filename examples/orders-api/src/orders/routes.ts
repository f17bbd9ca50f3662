import { unwrap } from '@base/core/result'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { Username } from '../customers/customer.ts'
import { pageQuery, toPage } from '../http/page.ts'
import { readBody } from '../http/read-body.ts'
import { readQuery } from '../http/read-query.ts'
import { changeOrder, noOrder } from './change-order.ts'
import { CancelInput, type OrderId, OrderInput, orderId } from './order.ts'
import { type OrderAction, orderStatuses } from './order-status.ts'
import { findOrder, listOrders } from './order-store.ts'
import { type OrderServices, placeOrder } from './place-order.ts'

const ListQuery = z.strictObject({
  ...pageQuery,
  after: z
    .string()
    .regex(/^\d{1,15}$/, 'must be a number from a next link')
    .transform(Number)
    .optional(),
  customer: Username.optional(),
  status: z.enum(orderStatuses).optional(),
})

export function orderRoutes(services: OrderServices): Hono {
  const { database } = services
  const routes = new Hono()
    .post('/', async (c) => {
      const order = unwrap(await placeOrder(services, await readBody(c, OrderInput)))
      return c.json(order, 201, { location: `/orders/${order.id}` })
    })
    .get('/', async (c) => {
      const { limit, ...filter } = await readQuery(c, ListQuery)
      const rows = await listOrders(database, filter, limit + 1)
      return c.json(toPage(c, rows, limit, ({ number }) => number))
    })
    .get('/:id', async (c) => {
      const id = idIn(c)
      const order = await findOrder(database, id)
      if (order === undefined) throw noOrder(id)
      return c.json(order)
    })
    .post('/:id/cancel', async (c) => {
      const { reason } = await readBody(c, CancelInput)
      return c.json(unwrap(await changeOrder(database, { id: idIn(c), action: 'cancel', reason })))
    })
  for (const action of ['confirm', 'process', 'ship', 'deliver'] satisfies OrderAction[]) {
    routes.post(`/:id/${action}`, async (c) =>
      c.json(unwrap(await changeOrder(database, { id: idIn(c), action }))),
    )
  }
  return routes
}

/** The id in the path; what is no id of an order names none. */
function idIn({ req }: Context): OrderId {
  const id = req.param('id') ?? ''
  if (!orderId.is(id)) throw noOrder(id)
  return id
}
