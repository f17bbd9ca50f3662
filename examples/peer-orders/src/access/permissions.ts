import { eq, or, type SQL, sql } from 'drizzle-orm'
import type { FastifyRequest } from 'fastify'
import { customers, orders } from '../database/schema.ts'
import type { Order } from '../orders/order.ts'
import { forbidden, Problem } from '../problem.ts'
import type { Role } from './roles.ts'

/** Who is signed in. */
export interface Caller {
  readonly id: string
  readonly roles: readonly Role[]
}

/** What somebody may want to do with an order. */
export type OrderVerb = 'read' | 'confirm' | 'cancel' | 'process' | 'ship' | 'deliver'

/** What is decided without looking at the thing. */
export type Action = 'order:place' | 'item:write' | 'customer:create' | 'job:run'

/** Which orders: all, one's own, or those that nobody has paid. */
type Which = 'all' | 'own' | 'unpaid'

/** Who may do what with which orders. An admin may do everything. */
const ORDERS: Readonly<Record<Exclude<Role, 'admin'>, Partial<Record<OrderVerb, Which>>>> = {
  customer: { read: 'own', confirm: 'own', cancel: 'own' },
  // Whose money was taken decides about it, or an admin does.
  support: { read: 'all', process: 'all', ship: 'all', deliver: 'all', cancel: 'unpaid' },
}

/** Which orders of all: the same rule as a condition on one, and as one of a query. */
const RULES: Readonly<
  Record<Which, { one: (order: Order, id: string) => boolean; all: (id: string) => SQL }>
> = {
  all: { one: () => true, all: () => sql`true` },
  own: { one: (order, id) => order.customer === id, all: (id) => eq(orders.customer, id) },
  unpaid: { one: (order) => order.status === 'pending', all: () => eq(orders.status, 'pending') },
}

/** Refuses what the caller may not do at all. @throws 403 */
export function permit({ roles }: Caller, action: Action): void {
  if (roles.includes('admin')) return
  if (action === 'order:place' && roles.includes('customer')) return
  throw forbidden()
}

/**
 * Refuses what the caller may not do to an order.
 *
 * @throws 403 `NOT_YOUR_ORDER` where it is somebody else's, and not theirs to see either; `FORBIDDEN` where it is.
 */
export function permitOrder(caller: Caller, verb: OrderVerb, order: Order): void {
  if (may(caller, verb, order)) return
  if (may(caller, 'read', order)) throw forbidden(`You may not ${verb} this order.`)
  throw forbidden(`Order ${order.id} is somebody else's.`, 'NOT_YOUR_ORDER')
}

/** The orders that the caller may see, as a condition. */
export function visibleOrders(caller: Caller): SQL | undefined {
  return or(sql`false`, ...rulesOf(caller, 'read').map(({ all }) => all(caller.id)))
}

/** The customers that the caller may see, as a condition. */
export function visibleCustomers({ id, roles }: Caller): SQL {
  if (roles.includes('admin') || roles.includes('support')) return sql`true`
  return roles.includes('customer') ? eq(customers.username, id) : sql`false`
}

/** Who is signed in, where a route lets nobody else in. @throws 401 */
export function callerOf({ caller }: FastifyRequest): Caller {
  if (caller !== undefined) return caller
  throw new Problem(401, 'UNAUTHENTICATED', 'Sign in at /auth/sign-in first.')
}

function may(caller: Caller, verb: OrderVerb, order: Order): boolean {
  return rulesOf(caller, verb).some(({ one }) => one(order, caller.id))
}

function rulesOf({ roles }: Caller, verb: OrderVerb) {
  if (roles.includes('admin')) return [RULES.all]
  return roles.flatMap((role) => {
    const which = role === 'admin' ? 'all' : ORDERS[role]?.[verb]
    return which === undefined ? [] : [RULES[which]]
  })
}
