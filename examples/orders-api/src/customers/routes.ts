import { ConflictError, isAppError, NotFoundError } from '@base/core/errors'
import { allOf, always, anyOf, type Specification, where } from '@base/domain/specification'
import { Hono, type MiddlewareHandler } from 'hono'
import { z } from 'zod'
import { permit, visibleCustomers } from '../access/permit.ts'
import { answerPage, pageQuery } from '../http/page.ts'
import { readBody } from '../http/read-body.ts'
import { readFilter } from '../http/read-filter.ts'
import { readQuery } from '../http/read-query.ts'
import type { Stores } from '../stores.ts'
import { type Customer, CustomerInput, type Customers, EmailAddress, Username } from './customer.ts'

const ListQuery = z.strictObject({ ...pageQuery, email: EmailAddress.optional() })
const filterable = { username: 'string' } as const

/** @param signedIn lets only who is signed in pass, and says who that is. */
export function customerRoutes({ customers }: Pick<Stores, 'customers'>, signedIn: MiddlewareHandler): Hono {
  return new Hono()
    .post('/', signedIn, permit('customer:create'), async (c) => {
      const input = await readBody(c, CustomerInput)
      const customer = await customers.save({ ...input, version: 0 }).catch((error) => {
        throw taken(error) ?? error
      })
      return c.json(toView(customer), 201, { location: `/customers/${customer.username}` })
    })
    .get('/', signedIn, async (c) => {
      const { filter, email, ...page } = await readQuery(c, ListQuery)
      const named = email === undefined ? always() : await withAddress(customers, email)
      const specification = allOf(visibleCustomers(), await readFilter<Customer>(filter, filterable), named)
      return answerPage(c, customers, specification, { orderBy: [{ field: 'username' }], ...page }, toView)
    })
    .get('/:username', signedIn, async (c) => {
      const username = c.req.param('username')
      const customer = Username.safeParse(username).success ? await customers.findById(username) : undefined
      // Nobody learns which names there are.
      if (customer === undefined || !visibleCustomers().isSatisfiedBy(customer))
        throw new NotFoundError({ message: `No customer ${username}.` })
      return c.json(toView(customer))
    })
}

/** Who has the address: where it is encrypted, no condition on it can be compiled. */
async function withAddress({ findByEmail }: Customers, email: string): Promise<Specification<Customer>> {
  const found = await findByEmail(email)
  return found === undefined ? anyOf() : where<Customer>().equals('username', found.username)
}

function toView({ version: _, ...customer }: Customer): CustomerInput {
  return customer
}

function taken(error: unknown): ConflictError | undefined {
  if (!isAppError(error, 'CONFLICT')) return undefined
  const field = error.details?.['constraint'] === 'customers_email' ? 'email' : 'username'
  const [code, message] = [`${field.toUpperCase()}_TAKEN`, `This ${field} is taken.`]
  return new ConflictError({ code, message, details: { field } })
}
