import type { Request } from 'autocannon'
import { newKey, orderOf, signIn, type Visitor } from '../shop/visitor.ts'

/** What is on sale, and how much of it: more than a run can order. */
const ITEMS = 100
const STOCK = 1_000_000
/** Orders that are there before; a page holds twenty of them. */
const ORDERS = 60

const numbers = (count: number) => [...Array(count).keys()]
const sku = (number: number) => `ITEM-${number % ITEMS}`

/** One visit of the mixed scenario: somebody looks around, orders, and looks at the orders. */
const VISIT = ['item', 'item', 'item', 'item', 'item', 'item', 'list', 'item', 'place', 'order'] as const

/** Puts goods and orders into an empty shop, and says what can be asked of it then, by scenario. */
export async function openScenarios(url: string): Promise<Readonly<Record<string, readonly Request[]>>> {
  const admin = await signIn(url, 'charles')
  const ada = await signIn(url, 'ada')
  await Promise.all(
    numbers(ITEMS).map(async (number) => {
      const item = { name: `Item ${number}`, description: 'One of many.', price: 2_000, stock: STOCK }
      created(await admin.send('PUT', `/items/${sku(number)}`, item))
    }),
  )
  const orders = await Promise.all(
    numbers(ORDERS).map(async (number) => created(await ada.post('/orders', orderOf(sku(number)), newKey()))),
  )
  return requestsOf(ada, orders[0]?.id ?? '')
}

function requestsOf(ada: Visitor, order: string): Record<string, readonly Request[]> {
  const items = numbers(ITEMS).map((number): Request => ({ path: `/items/${sku(number)}` }))
  const list: Request = { path: '/orders?customer=ada&limit=20', headers: ada.headers }
  const reading: Request = { path: `/orders/${order}`, headers: ada.headers }
  let placed = 0
  const place: Request = {
    method: 'POST',
    path: '/orders',
    setupRequest: (request) => ({
      ...request,
      headers: { ...ada.headers, ...newKey(), 'content-type': 'application/json' },
      body: JSON.stringify(orderOf(sku(placed++))),
    }),
  }
  const visits = numbers(ITEMS / VISIT.length).flatMap((visit) =>
    VISIT.map((step, index) => {
      if (step === 'list') return list
      if (step === 'place') return place
      return step === 'order' ? reading : (items[visit * VISIT.length + index] as Request)
    }),
  )
  return {
    'read an item (cached)': items,
    'list orders': [list],
    'place an order': [place],
    'mixed: 7 items, a list, an order, its reading': visits,
  }
}

function created({ status, body }: Awaited<ReturnType<Visitor['get']>>): { readonly id: string } {
  if (status !== 201) throw new Error(`The shop cannot be filled: ${status} ${JSON.stringify(body)}`)
  return body
}
