import { describe, expect, test } from 'vitest'
import { newKey, orderOf } from '../visitor.ts'
import { newItem, type OpenShop, refusalOf, stockOf } from './open-shop.ts'

const DAY = 24 * 3_600_000
const UNKNOWN = 'order_01jgfjjz00fcz9r7af5a76p38q'

/** Placing, reading, moving and cancelling. */
export function orders(shop: () => OpenShop): void {
  placing(shop)
  refusals(shop)
  lives(shop)
  listOfOrders(shop)
}

function placing(shop: () => OpenShop): void {
  describe('placing an order', () => {
    test('prices it, takes its goods from the stock and says where it is', async () => {
      const sku = await newItem(shop(), 10, { price: 1_290 })
      const { status, headers, body } = await shop().ada.post('/orders', {
        address: 'London',
        notes: 'ring twice',
        lines: [{ sku, quantity: 3, discountPercent: 10 }],
      })

      expect([status, headers.get('location')]).toEqual([201, `/orders/${body.id}`])
      expect(body.id).toMatch(/^order_[0-9a-z]{26}$/)
      const line = { sku, name: 'Mug', quantity: 3, unitPrice: 1_290, discountPercent: 10 }
      expect(body).toMatchObject({
        ...{ customer: 'ada', address: 'London', notes: 'ring twice', status: 'pending', cancelReason: null },
        lines: [{ ...line, discount: 387, total: 3_483 }],
        ...{ subtotal: 3_870, discount: 387, shipping: 990, total: 4_473 },
      })
      expect(Date.parse(body.expectedBy) - Date.parse(body.placedAt)).toBe(5 * DAY)
      expect((await shop().ada.get(`/orders/${body.id}`)).body).toEqual(body)
      expect(await stockOf(shop(), sku)).toBe(7)
    })

    test('makes one line of two of the same item', async () => {
      const sku = await newItem(shop())
      const lines = [1, 2].map((quantity) => ({ sku, quantity }))
      const { body } = await shop().ada.post('/orders', { address: 'London', lines })

      expect(body.lines).toMatchObject([{ sku, quantity: 3, total: 6_000 }])
    })

    test('rounds a discount half up, line by line', async () => {
      const sku = await newItem(shop(), 10, { price: 1_010 })
      const lines = [{ sku, quantity: 1, discountPercent: 5 }]
      const more = [...lines, { sku: await newItem(shop()), quantity: 1 }]
      const { body } = await shop().ada.post('/orders', { address: 'London', lines: more })

      // 50.5 is 51.
      expect([body.lines[0].discount, body.lines[0].total]).toEqual([51, 959])
    })
  })
}

function refusals(shop: () => OpenShop): void {
  describe('an order that cannot be placed', () => {
    test('for there is less takes nothing', async () => {
      const [plenty, scarce] = [await newItem(shop(), 100), await newItem(shop(), 2)]
      const lines = [plenty, scarce].map((sku) => ({ sku, quantity: 3 }))
      const answer = await shop().ada.post('/orders', { address: 'London', lines })

      expect(refusalOf(answer)).toEqual([409, 'OUT_OF_STOCK'])
      expect(answer.body.details).toEqual({ sku: scarce, ordered: 3, left: 2 })
      expect([await stockOf(shop(), plenty), await stockOf(shop(), scarce)]).toEqual([100, 2])
    })

    test('for what is not for sale, what is too cheap and what nobody knows', async () => {
      const gone = await newItem(shop(), 10, { status: 'discontinued' })
      const cheap = await newItem(shop(), 10, { price: 999 })
      const { ada } = shop()

      expect(refusalOf(await ada.post('/orders', orderOf(gone)))).toEqual([409, 'ITEM_UNAVAILABLE'])
      const tooCheap = await ada.post('/orders', orderOf(cheap))
      expect([refusalOf(tooCheap), tooCheap.body.errors[0].pointer]).toEqual([[422, 'VALIDATION'], '#/lines'])
      const unknown = await ada.post('/orders', orderOf('NO-SUCH'))
      expect([refusalOf(unknown), unknown.body.errors]).toEqual([
        [422, 'VALIDATION'],
        [{ pointer: '#/lines/0/sku', detail: 'there is no item NO-SUCH' }],
      ])
    })

    test('is that of twenty, where thirty at once want ten pieces', async () => {
      const sku = await newItem(shop(), 10)
      const answers = await Promise.all(
        Array.from({ length: 30 }, () => shop().ada.post('/orders', orderOf(sku), newKey())),
      )

      expect(answers.map(({ status }) => status).sort()).toEqual([
        ...Array(10).fill(201),
        ...Array(20).fill(409),
      ])
      expect(await stockOf(shop(), sku)).toBe(0)
    })
  })
}

function lives(shop: () => OpenShop): void {
  describe('the life of an order', () => {
    test('goes from pending over confirmed, processing and shipped to delivered', async () => {
      const { id } = await place(shop(), await newItem(shop()))
      const seen: string[] = []
      for (const action of ['confirm', 'process', 'ship', 'deliver'])
        seen.push((await shop().charles.post(`/orders/${id}/${action}`, {})).body.status)

      expect(seen).toEqual(['confirmed', 'processing', 'shipped', 'delivered'])
    })

    test('refuses a step out of turn, and changes nothing', async () => {
      const order = await place(shop(), await newItem(shop()))
      const answer = await shop().charles.post(`/orders/${order.id}/ship`, {})

      expect(refusalOf(answer)).toEqual([409, 'ILLEGAL_TRANSITION'])
      expect((await shop().ada.get(`/orders/${order.id}`)).body).toEqual(order)
    })

    test('ends by cancelling with a reason, which returns the goods once', async () => {
      const sku = await newItem(shop(), 10)
      const { id } = await place(shop(), sku, 4)
      const cancel = (body: object) => shop().ada.post(`/orders/${id}/cancel`, body)

      expect(refusalOf(await cancel({}))).toEqual([422, 'VALIDATION'])
      expect((await cancel({ reason: 'late' })).body).toMatchObject({
        status: 'cancelled',
        cancelReason: 'late',
      })
      expect(refusalOf(await cancel({ reason: 'again' }))).toEqual([409, 'ILLEGAL_TRANSITION'])
      expect(await stockOf(shop(), sku)).toBe(10)
    })

    test.each([UNKNOWN, '17', UNKNOWN.replace('order', 'item')])('is none of %s', async (id) => {
      expect(refusalOf(await shop().ada.get(`/orders/${id}`))).toEqual([404, 'NOT_FOUND'])
      expect(refusalOf(await shop().charles.post(`/orders/${id}/process`, {}))).toEqual([404, 'NOT_FOUND'])
    })
  })
}

function listOfOrders(shop: () => OpenShop): void {
  describe('the list of orders', () => {
    const idsOf = (items: readonly { id: string }[]) => items.map(({ id }) => id)

    test('shows the newest first and leads through all of them', async () => {
      const sku = await newItem(shop(), 100)
      const placed: string[] = []
      for (let count = 0; count < 5; count++) placed.unshift((await place(shop(), sku)).id)
      const seen: string[] = []
      let next: string | null = '/orders?customer=ada&limit=2'
      while (next !== null && seen.length < 6) {
        const { body } = await shop().ada.get(next)
        seen.push(...idsOf(body.items))
        next = body.next
      }

      expect(seen.slice(0, 5)).toEqual(placed)
    })

    test('can be asked for a status, and for a rule of the shop', async () => {
      const sku = await newItem(shop())
      const [kept, cancelled] = [(await place(shop(), sku)).id, (await place(shop(), sku)).id]
      await shop().ada.post(`/orders/${cancelled}/cancel`, { reason: 'no' })
      const asked = async (query: string) =>
        idsOf((await shop().ada.get(`/orders?${query}&limit=100`)).body.items).filter((id) =>
          [kept, cancelled].includes(id),
        )

      expect(await asked('status=cancelled')).toEqual([cancelled])
      expect(await asked('rule=cancellable')).toEqual([kept])
      expect(await asked('rule=overdue')).toEqual([])
      expect(refusalOf(await shop().ada.get('/orders?status=none'))).toEqual([422, 'VALIDATION'])
    })
  })
}

async function place({ ada }: OpenShop, sku: string, quantity = 1) {
  const { status, body } = await ada.post('/orders', orderOf(sku, quantity))
  expect(status).toBe(201)
  return body
}
