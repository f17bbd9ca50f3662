import { describe, expect, test } from 'vitest'
import { orderOf, Visitor } from '../visitor.ts'
import { newItem, type OpenShop, refusalOf } from './open-shop.ts'

/** Who may do what. */
export function permissions(shop: () => OpenShop): void {
  customers(shop)

  test('a stranger reads the goods, and is asked to sign in for anything else', async () => {
    const stranger = new Visitor(shop().process.url)

    expect((await stranger.get('/items')).status).toBe(200)
    for (const path of [
      '/orders',
      '/orders/order_01jgfjjz00fcz9r7af5a76p38q',
      '/customers',
      '/customers/ada',
    ])
      expect(refusalOf(await stranger.get(path))).toEqual([401, 'UNAUTHENTICATED'])
    for (const path of ['/orders', '/items', '/customers', '/jobs/cancel-unpaid-orders'])
      expect(refusalOf(await stranger.post(path, {}))).toEqual([401, 'UNAUTHENTICATED'])
  })
}

function customers(shop: () => OpenShop): void {
  describe('a customer', () => {
    test('has nothing to do with the own side of the shop', async () => {
      const { ada } = shop()
      const item = { name: 'Mug', price: 1, stock: 1 }
      const customer = { username: 'linus', name: 'Linus', email: 'linus@example.com' }

      for (const answer of [
        await ada.send('PUT', '/items/MINE', item),
        await ada.post('/items', { sku: 'MINE', ...item }),
        await ada.post('/customers', customer),
        await ada.post('/jobs/cancel-unpaid-orders', {}),
      ])
        expect(refusalOf(answer)).toEqual([403, 'FORBIDDEN'])
    })

    test('does not see, pay or cancel what somebody else has ordered', async () => {
      const { ada, charles } = shop()
      const { id } = (await charles.post('/orders', orderOf(await newItem(shop())))).body
      const listed = (await ada.get('/orders?limit=100')).body.items
      const all = (await charles.get('/orders?limit=100')).body.items

      expect(listed.every(({ customer }: { customer: string }) => customer === 'ada')).toBe(true)
      expect(all.map((order: { id: string }) => order.id)).toContain(id)
      for (const answer of [
        await ada.get(`/orders/${id}`),
        await ada.post(`/orders/${id}/confirm`, {}),
        await ada.post(`/orders/${id}/cancel`, { reason: 'mine' }),
      ])
        expect(refusalOf(answer)).toEqual([403, 'NOT_YOUR_ORDER'])
      expect((await charles.get(`/orders/${id}`)).body.status).toBe('pending')
    })

    test('does not move an order along, even an own one', async () => {
      const { ada } = shop()
      const { id } = (await ada.post('/orders', orderOf(await newItem(shop())))).body

      for (const action of ['process', 'ship', 'deliver'])
        expect(refusalOf(await ada.post(`/orders/${id}/${action}`, {}))).toEqual([403, 'FORBIDDEN'])
    })
  })
}
