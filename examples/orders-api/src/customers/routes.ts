import { ConflictError, isAppError, NotFoundError } from '@base/core/errors'
import { Hono } from 'hono'
import { z } from 'zod'
import { answerPage, pageQuery } from '../http/page.ts'
import { readBody } from '../http/read-body.ts'
import { readFilter } from '../http/read-filter.ts'
import { readQuery } from '../http/read-query.ts'
import type { Stores } from '../stores.ts'
import { type Customer, CustomerInput, Username } from './customer.ts'

const ListQuery = z.strictObject(pageQuery)
const filterable = { username: 'string', email: 'string' } as const

export function customerRoutes({ customers }: Stores): Hono {
  return new Hono()
    .post('/', async (c) => {
      const input = await readBody(c, CustomerInput)
      const customer = await customers.save({ ...input, version: 0 }).catch((error) => {
        throw taken(error) ?? error
      })
      return c.json(toView(customer), 201, { location: `/customers/${customer.username}` })
    })
    .get('/', async (c) => {
      const { filter, ...page } = await readQuery(c, ListQuery)
      const specification = await readFilter<Customer>(filter, filterable)
      return answerPage(c, customers, { specification, orderBy: [{ field: 'username' }], ...page }, toView)
    })
    .get('/:username', async (c) => {
      const username = c.req.param('username')
      const customer = Username.safeParse(username).success ? await customers.findById(username) : undefined
      if (customer === undefined) throw new NotFoundError({ message: `No customer ${username}.` })
      return c.json(toView(customer))
    })
}

function toView({ version: _, ...customer }: Customer): CustomerInput {
  return customer
}

function taken(error: unknown): ConflictError | undefined {
  if (!isAppError(error, 'CONFLICT')) return undefined
  const email = error.details?.['constraint'] === 'customers_email'
  const field = email ? 'email' : 'username'
  const code = email ? 'EMAIL_TAKEN' : 'USERNAME_TAKEN'
  return new ConflictError({ code, message: `This ${field} is taken.`, details: { field } })
}
