import { and, eq, gt } from 'drizzle-orm'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { callerOf, visibleCustomers } from '../access/permissions.ts'
import type { Guard } from '../auth/authenticate.ts'
import type { Db } from '../database/database.ts'
import { violatedConstraint } from '../database/errors.ts'
import { customers } from '../database/schema.ts'
import { cursorOf, pageOf, pageQuery } from '../http/page.ts'
import { readBody } from '../http/read-body.ts'
import { readQuery } from '../http/read-query.ts'
import { conflict, notFound } from '../problem.ts'
import { CustomerInput, EmailAddress, Username } from './customer.ts'

const ListQuery = z.strictObject({ ...pageQuery, email: EmailAddress.optional() })
const { username, name, email } = customers
/** What callers see of a customer. */
const view = { username, name, email }

export function customerRoutes(app: FastifyInstance, db: Db, allow: Guard): void {
  app.post('/customers', { preHandler: allow('customer:create') }, async (request, reply) => {
    const customer = readBody(request, CustomerInput)
    await db
      .insert(customers)
      .values(customer)
      .catch((error: unknown) => {
        throw takenField(error) ?? error
      })
    return reply.code(201).header('location', `/customers/${customer.username}`).send(customer)
  })

  app.get('/customers', { preHandler: allow() }, async (request) => {
    const query = readQuery(request, ListQuery)
    const behind = cursorOf('customers', query.after, Username)
    const rows = await db
      .select(view)
      .from(customers)
      .where(
        and(
          visibleCustomers(callerOf(request)),
          query.email === undefined ? undefined : eq(email, query.email),
          behind === undefined ? undefined : gt(username, behind),
        ),
      )
      .orderBy(username)
      .limit(query.limit + 1)
    return pageOf(request, 'customers', rows, query.limit, {
      key: (row) => row.username,
      toView: (row) => row,
    })
  })

  app.get<{ Params: { username: string } }>(
    '/customers/:username',
    { preHandler: allow() },
    async (request) => {
      const asked = request.params.username
      // Nobody learns which names there are.
      const visible = and(eq(username, asked), visibleCustomers(callerOf(request)))
      const [customer] = Username.safeParse(asked).success
        ? await db.select(view).from(customers).where(visible)
        : []
      if (customer === undefined) throw notFound(`No customer ${asked}.`)
      return customer
    },
  )
}

function takenField(error: unknown) {
  const field = { customers_email: 'email', customers_pkey: 'username' }[violatedConstraint(error) ?? '']
  if (field === undefined) return undefined
  return conflict(`${field.toUpperCase()}_TAKEN`, `This ${field} is taken.`, { field })
}
