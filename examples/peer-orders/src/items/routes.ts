import { and, gt, type SQL, sql } from 'drizzle-orm'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Guard } from '../auth/authenticate.ts'
import type { Db } from '../database/database.ts'
import { violatedConstraint } from '../database/errors.ts'
import { items } from '../database/schema.ts'
import { cursorOf, pageOf, pageQuery } from '../http/page.ts'
import { readBody } from '../http/read-body.ts'
import { readParams, readQuery } from '../http/read-query.ts'
import { conflict, notFound } from '../problem.ts'
import { ItemInput, NewItem, Sku, toView } from './item.ts'
import type { ItemCache } from './item-cache.ts'

/** Rules of the shop that a list can be asked for. */
const RULES = {
  sellable: sql`${items.status} = 'active' and ${items.stock} >= 1`,
  'sold-out': sql`${items.status} = 'active' and ${items.stock} < 1`,
  'low-on-stock': sql`${items.status} = 'active' and ${items.stock} between 1 and 10`,
} satisfies Record<string, SQL>

const ListQuery = z.strictObject({
  ...pageQuery,
  rule: z.literal(Object.keys(RULES) as (keyof typeof RULES)[]).optional(),
})
const ItemPath = z.object({ sku: Sku })

export function itemRoutes(app: FastifyInstance, db: Db, cache: ItemCache, allow: Guard): void {
  app.post('/items', { preHandler: allow('item:write') }, async (request, reply) => {
    const item = readBody(request, NewItem)
    const insert = () => db.insert(items).values(item)
    await cache.whileChanging([item.sku], insert).catch((error) => {
      throw violatedConstraint(error) === 'items_pkey' ? skuTaken(item.sku) : error
    })
    return reply.code(201).header('location', `/items/${item.sku}`).send(toView(item))
  })

  app.put('/items/:sku', { preHandler: allow('item:write') }, async (request, reply) => {
    const { sku } = readParams(request, ItemPath)
    const input = readBody(request, ItemInput)
    const [saved] = await cache.whileChanging([sku], () =>
      db
        .insert(items)
        .values({ sku, ...input })
        .onConflictDoUpdate({ target: items.sku, set: input })
        // A row that this statement has made has no version before it.
        .returning({ isNew: sql<boolean>`xmax = 0` }),
    )
    if (saved?.isNew) reply.code(201).header('location', `/items/${sku}`)
    return toView({ sku, ...input })
  })

  app.get('/items', async (request) => {
    const { limit, after, rule } = readQuery(request, ListQuery)
    const behind = cursorOf('items', after, Sku)
    const rows = await db
      .select()
      .from(items)
      .where(and(rule && RULES[rule], behind === undefined ? undefined : gt(items.sku, behind)))
      .orderBy(items.sku)
      .limit(limit + 1)
    return pageOf(request, 'items', rows, limit, { key: ({ sku }) => sku, toView })
  })

  app.get<{ Params: { sku: string } }>('/items/:sku', async ({ params: { sku } }) => {
    const item = Sku.safeParse(sku).success ? await cache.find(sku) : undefined
    if (item === undefined) throw notFound(`No item ${sku}.`)
    return toView(item)
  })
}

function skuTaken(sku: string) {
  return conflict('SKU_TAKEN', `There is an item ${sku}.`, { sku })
}
