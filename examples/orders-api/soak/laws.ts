import { isDeepStrictEqual } from 'node:util'
import type { Entry } from '../src/gateway/ledger.ts'
import type { Asked } from './asked.ts'

/** An order in the database. */
export interface KeptOrder {
  readonly id: string
  /** Its notes, which are its key. */
  readonly key: string
  readonly customer: string
  readonly status: string
  readonly total: number
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[]
}

/** What there is when all is calm. */
export interface Outcome {
  readonly asked: readonly Asked[]
  readonly orders: readonly KeptOrder[]
  /** How many pieces of each item are left, and how many there were. */
  readonly stock: Readonly<Record<string, { readonly before: number; readonly left: number }>>
  readonly ledger: readonly Entry[]
}

/** Orders in equal orders out: what does not hold, in words. */
export function brokenLaws(outcome: Outcome): string[] {
  return [...keys(outcome), ...contents(outcome), ...stock(outcome), ...money(outcome)]
}

/** Each key has the order that was answered, or none where it was refused; nobody's key has any. */
function* keys({ asked, orders }: Outcome): Iterable<string> {
  const kept = Map.groupBy(orders, ({ key }) => key)
  for (const { key, placed, refused } of asked) {
    const ids = new Set([...placed, ...(kept.get(key) ?? [])].map(({ id }) => id))
    if (placed.length === 0 && refused === undefined) yield `${key} was never answered`
    if (ids.size > 1) yield `${key} has the orders ${[...ids].join(', ')}`
    const count = kept.get(key)?.length ?? 0
    if (count !== (placed.length > 0 ? 1 : 0)) yield `${key} has ${count} orders in the database`
  }
  const known = new Set(asked.map(({ key }) => key))
  for (const { id, key } of orders) if (!known.has(key)) yield `${id} was never asked for`
}

/** An order is what was asked for and answered, and where its customer has brought it. */
function* contents({ asked, orders }: Outcome): Iterable<string> {
  const kept = new Map(orders.map((order) => [order.key, order]))
  for (const { key, customer, lines, placed, status } of asked) {
    const order = kept.get(key)
    if (order === undefined) continue
    const goods = order.lines.map(({ sku, quantity }) => ({ sku, quantity }))
    if (order.customer !== customer || !isDeepStrictEqual(goods, lines))
      yield `${key} is not what was asked for`
    const isAnswered = placed.every(
      (each) => each.total === order.total && isDeepStrictEqual(each.lines, order.lines),
    )
    if (!isAnswered) yield `${key} is not what was answered`
    if (order.status !== status) yield `${key} is ${order.status}, and was brought to ${status}`
  }
}

/** What has left the stock is in the orders that are not cancelled. */
function* stock({ orders, stock }: Outcome): Iterable<string> {
  const lines = orders.filter(({ status }) => status !== 'cancelled').flatMap((order) => order.lines)
  for (const [sku, { before, left }] of Object.entries(stock)) {
    const sold = lines.reduce((sum, line) => sum + (line.sku === sku ? line.quantity : 0), 0)
    if (before - left !== sold)
      yield `${before - left} of ${sku} have left the stock, and ${sold} are in orders`
  }
}

/** Who has a confirmed order has paid it, once; nobody else's money is here. */
function* money({ orders, ledger }: Outcome): Iterable<string> {
  const entries = Map.groupBy(ledger, ({ key }) => key)
  for (const { id, status, total } of orders) {
    const own = entries.get(id) ?? []
    entries.delete(id)
    const taken = own.flatMap((entry) => (entry.type === 'taken' ? [Number(entry.amount.minor)] : []))
    if (taken.length > 1) yield `${id} was paid ${taken.length} times`
    const held = own.at(-1)?.type === 'taken' ? (taken.at(-1) ?? 0) : 0
    const due = status === 'confirmed' ? total : 0
    if (held !== due) yield `${id} is ${status}, and ${held} of its ${total} are here`
  }
  for (const key of entries.keys()) yield `${key} was paid, and is no order`
}
