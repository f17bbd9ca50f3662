import { ConflictError, NotFoundError } from '@base/core/errors'
import { unwrap } from '@base/core/result'
import { validate } from '@base/core/schema'
import { Hono } from 'hono'
import { z } from 'zod'
import type { Queries } from '../database/database.ts'
import { pageQuery, toPage } from '../http/page.ts'
import { readBody } from '../http/read-body.ts'
import { readQuery } from '../http/read-query.ts'
import { ItemInput, NewItem, Sku } from './item.ts'
import { findItem, insertItem, listItems, putItem } from './item-store.ts'

const ItemPath = z.object({ sku: Sku })
const ListQuery = z.strictObject({ ...pageQuery, after: Sku.optional() })

export function itemRoutes(database: Queries): Hono {
  return new Hono()
    .post('/', async (c) => {
      const { sku, ...rest } = await readBody(c, NewItem)
      const item = await insertItem(database, { sku, ...rest })
      if (item === undefined) {
        throw new ConflictError({ code: 'SKU_TAKEN', message: `There is an item ${sku}.`, details: { sku } })
      }
      return c.json(item, 201, { location: `/items/${sku}` })
    })
    .put('/:sku', async (c) => {
      const { sku } = unwrap(await validate(ItemPath, c.req.param()))
      const { item, created } = await putItem(database, { sku, ...(await readBody(c, ItemInput)) })
      return created ? c.json(item, 201, { location: `/items/${sku}` }) : c.json(item)
    })
    .get('/', async (c) => {
      const { limit, after = '' } = await readQuery(c, ListQuery)
      const rows = await listItems(database, after, limit + 1)
      return c.json(toPage(c, rows, limit, ({ sku }) => sku))
    })
    .get('/:sku', async (c) => {
      const sku = c.req.param('sku')
      const item = Sku.safeParse(sku).success ? await findItem(database, sku) : undefined
      if (item === undefined) throw new NotFoundError({ message: `No item ${sku}.` })
      return c.json(item)
    })
}
