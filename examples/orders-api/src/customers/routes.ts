import { NotFoundError } from '@base/core/errors'
import { unwrap } from '@base/core/result'
import { Hono } from 'hono'
import { z } from 'zod'
import type { Queries } from '../database/database.ts'
import { pageQuery, toPage } from '../http/page.ts'
import { readBody } from '../http/read-body.ts'
import { readQuery } from '../http/read-query.ts'
import { CustomerInput, Username } from './customer.ts'
import { findCustomer, insertCustomer, listCustomers } from './customer-store.ts'

const ListQuery = z.strictObject({ ...pageQuery, after: Username.optional() })

export function customerRoutes(database: Queries): Hono {
  return new Hono()
    .post('/', async (c) => {
      const customer = unwrap(await insertCustomer(database, await readBody(c, CustomerInput)))
      return c.json(customer, 201, { location: `/customers/${customer.username}` })
    })
    .get('/', async (c) => {
      const { limit, after = '' } = await readQuery(c, ListQuery)
      const rows = await listCustomers(database, after, limit + 1)
      return c.json(toPage(c, rows, limit, ({ username }) => username))
    })
    .get('/:username', async (c) => {
      const username = c.req.param('username')
      const customer = Username.safeParse(username).success
        ? await findCustomer(database, username)
        : undefined
      if (customer === undefined) throw new NotFoundError({ message: `No customer ${username}.` })
      return c.json(customer)
    })
}
