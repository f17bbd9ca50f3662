import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeEngines } from './engines.ts'
import { forAda, type TestService } from './start-service.ts'

describeEngines((start) => {
  let service: TestService
  beforeAll(async () => {
    service = await start()
  })
  afterAll(() => service?.stop())

  let made = 0

  /** A new item with this much in stock, at 12.90. */
  async function newItem(stock = 10, more: object = {}): Promise<string> {
    const sku = `ORDERED-${++made}`
    const { status } = await service.send('POST', '/items', {
      sku,
      name: 'Mug',
      price: 1_290,
      stock,
      ...more,
    })
    expect(status).toBe(201)
    return sku
  }

  async function placed(...lines: object[]) {
    const answer = await service.send('POST', '/orders', { ...forAda, lines })
    expect(answer.status).toBe(201)
    return answer.body
  }

  const stockOf = async (sku: string) => (await service.get(`/items/${sku}`)).body.stock

  describe('placing an order', () => {
    test('prices it, takes its goods from the stock and says where it is', async () => {
      const sku = await newItem()
      const { status, headers, body } = await service.send('POST', '/orders', {
        ...forAda,
        notes: 'ring twice',
        lines: [{ sku, quantity: 3, discountPercent: 10 }],
      })

      expect(status).toBe(201)
      expect(body.id).toMatch(/^order_[0-9a-z]{26}$/)
      expect(headers.get('location')).toBe(`/orders/${body.id}`)
      expect(body).toMatchObject({
        ...forAda,
        notes: 'ring twice',
        status: 'pending',
        lines: [
          {
            sku,
            name: 'Mug',
            quantity: 3,
            unitPrice: 1_290,
            discountPercent: 10,
            discount: 387,
            total: 3_483,
          },
        ],
        subtotal: 3_870,
        discount: 387,
        shipping: 990,
        total: 4_473,
        cancelReason: null,
      })
      expect(Date.parse(body.expectedBy) - Date.parse(body.placedAt)).toBe(5 * 24 * 3_600_000)
      expect((await service.get(`/orders/${body.id}`)).body).toEqual(body)
      expect(await stockOf(sku)).toBe(7)
    })

    test('makes one line of two lines of the same item', async () => {
      const sku = await newItem()
      const { lines } = await placed({ sku, quantity: 1 }, { sku, quantity: 2 })

      expect(lines).toMatchObject([{ sku, quantity: 3, total: 3_870 }])
    })

    test('keeps the price of its day when the item becomes dearer', async () => {
      const sku = await newItem()
      const { id } = await placed({ sku, quantity: 1 })
      await service.send('PUT', `/items/${sku}`, { name: 'Dear mug', price: 9_999, stock: 5 })

      const { lines } = (await service.get(`/orders/${id}`)).body
      expect(lines).toMatchObject([{ name: 'Mug', unitPrice: 1_290 }])
    })

    test('refuses more than there is, and takes nothing', async () => {
      const [plenty, scarce] = [await newItem(100), await newItem(2)]
      const { status, body } = await service.send('POST', '/orders', {
        ...forAda,
        lines: [
          { sku: plenty, quantity: 1 },
          { sku: scarce, quantity: 3 },
        ],
      })

      expect(status).toBe(409)
      expect(body).toMatchObject({ code: 'OUT_OF_STOCK', details: { sku: scarce, ordered: 3, left: 2 } })
      expect([await stockOf(plenty), await stockOf(scarce)]).toEqual([100, 2])
    })

    test('refuses an item that is not for sale', async () => {
      const sku = await newItem(10, { status: 'discontinued' })
      const { status, body } = await service.send('POST', '/orders', {
        ...forAda,
        lines: [{ sku, quantity: 1 }],
      })

      expect([status, body.code, body.detail]).toEqual([409, 'ITEM_UNAVAILABLE', `${sku} is discontinued.`])
    })

    test('refuses who is signed in and no customer', async () => {
      const lines = [{ sku: await newItem(), quantity: 1 }]
      const { status, body } = await service.send('POST', '/orders', { ...forAda, lines }, 'nobody')

      expect([status, body.code]).toEqual([409, 'CONFLICT'])
    })

    test('names every item that it does not know', async () => {
      const sku = await newItem()
      const lines = [
        { sku, quantity: 1 },
        { sku: 'NO-SUCH', quantity: 1 },
      ]
      const { status, body } = await service.send('POST', '/orders', { ...forAda, lines })

      expect(status).toBe(422)
      expect(body.errors).toEqual([{ pointer: '#/lines/1/sku', detail: 'there is no item NO-SUCH' }])
    })
  })

  describe('the life of an order', () => {
    test('goes from pending over confirmed, processing and shipped to delivered', async () => {
      const sku = await newItem()
      const { id } = await placed({ sku, quantity: 1 })
      const seen: string[] = []
      for (const action of ['confirm', 'process', 'ship', 'deliver']) {
        seen.push((await service.send('POST', `/orders/${id}/${action}`)).body.status)
      }

      expect(seen).toEqual(['confirmed', 'processing', 'shipped', 'delivered'])
      expect((await service.get(`/orders/${id}`)).body.status).toBe('delivered')
    })

    test('refuses a step out of turn, says from where it is possible, and changes nothing', async () => {
      const order = await placed({ sku: await newItem(), quantity: 1 })
      const { status, body } = await service.send('POST', `/orders/${order.id}/ship`)

      expect([status, body.code]).toEqual([409, 'ILLEGAL_TRANSITION'])
      expect(body.detail).toBe(
        'Cannot ship an order that is pending, only one that is confirmed or processing.',
      )
      expect((await service.get(`/orders/${order.id}`)).body).toEqual(order)
    })

    test('ends by cancelling with a reason, which returns the goods once', async () => {
      const sku = await newItem(10)
      const { id } = await placed({ sku, quantity: 4 })
      const first = await service.send('POST', `/orders/${id}/cancel`, { reason: 'changed my mind' })
      const second = await service.send('POST', `/orders/${id}/cancel`, { reason: 'again' })

      expect(first.body).toMatchObject({ status: 'cancelled', cancelReason: 'changed my mind' })
      expect([second.status, second.body.code]).toEqual([409, 'ILLEGAL_TRANSITION'])
      expect(await stockOf(sku)).toBe(10)
    })

    test('cannot be cancelled without a reason', async () => {
      const { id } = await placed({ sku: await newItem(), quantity: 1 })
      const { status, body } = await service.send('POST', `/orders/${id}/cancel`, {})

      expect([status, body.errors[0].pointer]).toEqual([422, '#/reason'])
    })

    test.each(['confirm', 'process', 'ship', 'deliver'])('cannot %s what does not exist', async (action) => {
      const unknown = await service.send('POST', `/orders/order_01jgfjjz00fcz9r7af5a76p38q/${action}`)
      const nonsense = await service.send('POST', `/orders/17/${action}`)
      const other = await service.send('POST', `/orders/item_01jgfjjz00fcz9r7af5a76p38q/${action}`)

      expect([unknown.status, nonsense.status, other.status]).toEqual([404, 404, 404])
    })
  })

  describe('the list of orders', () => {
    test('shows the newest first and leads through all of them, filter included', async () => {
      await service.send('POST', '/customers', {
        username: 'grace',
        name: 'Grace',
        email: 'grace@example.com',
      })
      const sku = await newItem(100)
      const ids: string[] = []
      for (let n = 0; n < 5; n++) {
        const order = { address: 'Arlington', lines: [{ sku, quantity: 1 }] }
        ids.unshift((await service.send('POST', '/orders', order, 'grace')).body.id)
      }

      const seen: string[] = []
      let next: string | null = '/orders?customer=grace&limit=2'
      for (let pages = 0; next !== null && pages < 10; pages++) {
        const { body } = await service.get(next)
        seen.push(...body.items.map(({ id }: { id: string }) => id))
        next = body.next
      }
      expect(seen).toEqual(ids)
    })

    test('shows the orders of one status', async () => {
      const { id } = await placed({ sku: await newItem(), quantity: 1 })
      await service.send('POST', `/orders/${id}/confirm`)
      const { body } = await service.get('/orders?status=confirmed')

      expect(body.items.map((order: { id: string }) => order.id)).toContain(id)
      expect(new Set(body.items.map((order: { status: string }) => order.status))).toEqual(
        new Set(['confirmed']),
      )
    })
  })
})
