import type { Queries } from '../database/database.ts'
import type { Item, NewItem } from './item.ts'

const COLUMNS = `sku, name, description, price, stock,
  case when status = 'active' and stock = 0 then 'out_of_stock' else status end as status`

/** The new item; undefined where its SKU is taken. */
export async function insertItem(queries: Queries, item: NewItem): Promise<Item | undefined> {
  const { rows } = await queries.query<Item>(
    `insert into items (sku, name, description, price, stock, status) values ($1, $2, $3, $4, $5, $6)
     on conflict (sku) do nothing returning ${COLUMNS}`,
    valuesOf(item),
  )
  return rows[0]
}

/** Makes the item, or replaces it; its orders keep the name and the price that they were placed at. */
export async function putItem(queries: Queries, item: NewItem): Promise<{ item: Item; created: boolean }> {
  const created = await insertItem(queries, item)
  if (created !== undefined) return { item: created, created: true }
  const { rows } = await queries.query<Item>(
    `update items set name = $2, description = $3, price = $4, stock = $5, status = $6
     where sku = $1 returning ${COLUMNS}`,
    valuesOf(item),
  )
  return { item: rows[0] as Item, created: false }
}

export async function findItem(queries: Queries, sku: string): Promise<Item | undefined> {
  const { rows } = await queries.query<Item>(`select ${COLUMNS} from items where sku = $1`, [sku])
  return rows[0]
}

/** By SKU, from behind `after`. */
export async function listItems(queries: Queries, after: string, limit: number): Promise<Item[]> {
  const { rows } = await queries.query<Item>(
    `select ${COLUMNS} from items where sku > $1 order by sku limit $2`,
    [after, limit],
  )
  return rows
}

/** The items of these SKUs that exist, each locked until the transaction ends; always in one order, against deadlocks. */
export async function lockItems(
  queries: Queries,
  skus: readonly string[],
): Promise<ReadonlyMap<string, Item>> {
  const { rows } = await queries.query<Item>(
    `select ${COLUMNS} from items where sku = any($1::text[]) order by sku for update`,
    [skus],
  )
  return new Map(rows.map((item) => [item.sku, item]))
}

/** Takes a quantity from each item's stock; a negative one returns it. */
export async function takeStock(
  queries: Queries,
  lines: readonly { readonly sku: string; readonly quantity: number }[],
): Promise<void> {
  await queries.query(
    `update items set stock = items.stock - line.quantity
     from jsonb_to_recordset($1::jsonb) as line (sku text, quantity integer) where items.sku = line.sku`,
    [JSON.stringify(lines.map(({ sku, quantity }) => ({ sku, quantity })))],
  )
}

function valuesOf({ sku, name, description, price, stock, status }: NewItem): unknown[] {
  return [sku, name, description, price, stock, status]
}
