import { ConflictError, isAppError, NotFoundError } from '@base/core/errors'
import { unwrap } from '@base/core/result'
import { validate } from '@base/core/schema'
import { Hono, type MiddlewareHandler } from 'hono'
import { z } from 'zod'
import { permit } from '../access/permit.ts'
import { answerPage, pageQuery } from '../http/page.ts'
import { readBody } from '../http/read-body.ts'
import { readFilter } from '../http/read-filter.ts'
import { readQuery } from '../http/read-query.ts'
import type { Stores } from '../stores.ts'
import { type Item, ItemInput, NewItem, Sku } from './item.ts'
import { lowOnStock, sellable, soldOut } from './rules.ts'

const ItemPath = z.object({ sku: Sku })
const rules = { sellable, 'sold-out': soldOut, 'low-on-stock': lowOnStock }
const ListQuery = z.strictObject({
  ...pageQuery,
  rule: z.literal(Object.keys(rules) as (keyof typeof rules)[]).optional(),
})
const filterable = { sku: 'string', price: 'number', stock: 'number', status: 'string' } as const

/** @param signedIn lets only who is signed in pass, and says who that is. */
export function itemRoutes({ items, unitOfWork }: Stores, signedIn: MiddlewareHandler): Hono {
  const mayWrite = [signedIn, permit('item:write')] as const
  return new Hono()
    .post('/', ...mayWrite, async (c) => {
      const { sku, ...rest } = await readBody(c, NewItem)
      const item = await items.save({ sku, ...rest, version: 0 }).catch((error) => {
        throw isAppError(error, 'CONFLICT') ? skuTaken(sku) : error
      })
      return c.json(toView(item), 201, { location: `/items/${sku}` })
    })
    .put('/:sku', ...mayWrite, async (c) => {
      const { sku } = unwrap(await validate(ItemPath, c.req.param()))
      const input = await readBody(c, ItemInput)
      // Its orders keep the name and the price that they were placed at.
      const put = () =>
        unitOfWork.run(async (tx) => {
          const [{ version } = { version: 0 }] = await tx.items.lock([sku])
          return tx.items.save({ sku, ...input, version })
        })
      const item = await put().catch((error) => {
        // Somebody else has just made it: now there is one to replace.
        if (isAppError(error, 'CONFLICT')) return put()
        throw error
      })
      return item.version === 1
        ? c.json(toView(item), 201, { location: `/items/${sku}` })
        : c.json(toView(item))
    })
    .get('/', async (c) => {
      const { limit, after, filter, rule } = await readQuery(c, ListQuery)
      const asked = await readFilter<NewItem>(filter, filterable)
      const specification = rule === undefined ? asked : asked.and(rules[rule])
      return answerPage(c, items, specification, { orderBy: [{ field: 'sku' }], limit, after }, toView)
    })
    .get('/:sku', async (c) => {
      const sku = c.req.param('sku')
      const item = Sku.safeParse(sku).success ? await items.findById(sku) : undefined
      if (item === undefined) throw new NotFoundError({ message: `No item ${sku}.` })
      return c.json(toView(item))
    })
}

/** An item as callers see it: an active one without stock is out of stock. */
function toView(item: Item) {
  const { sku, name, description, price, stock, status } = item
  const shown = soldOut.isSatisfiedBy(item) ? 'out_of_stock' : status
  return { sku, name, description, price, stock, status: shown }
}

function skuTaken(sku: string): ConflictError {
  return new ConflictError({ code: 'SKU_TAKEN', message: `There is an item ${sku}.`, details: { sku } })
}
