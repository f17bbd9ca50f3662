import { setTimeout } from 'node:timers/promises'
import { unwrap } from '@base/core/result'
import { orderId } from '../src/orders/order.ts'
import type { KeptOrder, Outcome } from './laws.ts'
import { GOODS, type Shop } from './shop.ts'
import type { Shopper } from './shopper.ts'

/** What the shoppers remember, the database has and the gateway has written in its books. */
export async function outcomeOf(shop: Shop, shoppers: readonly Shopper[]): Promise<Outcome> {
  const rows = await shop.query('select id, notes as key, customer, status, total, lines from orders')
  const items = await shop.query('select sku, stock from items')
  return {
    asked: shoppers.flatMap((shopper) => shopper.asked),
    orders: rows.map((row) => keptOrder(row as unknown as KeptOrder)),
    stock: Object.fromEntries(
      items.map(({ sku, stock }) => [sku, { before: GOODS[String(sku)] ?? 0, left: Number(stock) }]),
    ),
    ledger: await shop.gateway.books(),
  }
}

/** The database has another form of its id, and the driver leaves large numbers as text. */
function keptOrder(row: KeptOrder): KeptOrder {
  return { ...row, id: unwrap(orderId.fromUuid(row.id)), total: Number(row.total) }
}

/** Longer than an item is kept that nobody has taken out. */
const LOOKS = 40
const PAUSE = 250

/** Items that an instance shows otherwise than they are, also when all caches have had their time. */
export async function staleItems({ instances }: Shop, { stock }: Outcome): Promise<string[]> {
  const stale: string[] = []
  for (const [n, { url }] of instances.entries()) {
    for (const [sku, { left }] of Object.entries(stock)) {
      const shown = await stockAt(`${url}/items/${sku}`, left)
      if (shown !== left) stale.push(`instance ${n} shows ${shown} of ${sku}, and there are ${left}`)
    }
  }
  return stale
}

async function stockAt(url: string, wanted: number): Promise<number> {
  for (let look = 1; ; look++) {
    const { stock } = (await (await fetch(url)).json()) as { stock: number }
    if (stock === wanted || look === LOOKS) return stock
    await setTimeout(PAUSE)
  }
}
