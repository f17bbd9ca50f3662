import { describe, expect, test } from 'vitest'
import { newItem, type OpenShop, refusalOf } from './open-shop.ts'

/** Items and customers. */
export function catalogue(shop: () => OpenShop): void {
  items(shop)
  listOfItems(shop)
  wrongQueries(shop)
  customers(shop)
}

function items(shop: () => OpenShop): void {
  describe('an item', () => {
    test('is made, found and replaced', async () => {
      const { ada, charles } = shop()
      const item = { name: 'Red mug', description: 'Holds tea.', price: 1_290, stock: 4, status: 'active' }
      const made = await charles.send('PUT', '/items/MUG-RED', item)
      const again = await charles.send('PUT', '/items/MUG-RED', { ...item, price: 1_390 })

      expect([made.status, made.headers.get('location')]).toEqual([201, '/items/MUG-RED'])
      expect(made.body).toEqual({ sku: 'MUG-RED', ...item })
      expect([again.status, again.body.price]).toEqual([200, 1_390])
      expect((await ada.get('/items/MUG-RED')).body).toEqual({ sku: 'MUG-RED', ...item, price: 1_390 })
    })

    test('is not made twice', async () => {
      const sku = await newItem(shop())
      const again = await shop().charles.post('/items', { sku, name: 'Mug', price: 1, stock: 1 })

      expect(refusalOf(again)).toEqual([409, 'SKU_TAKEN'])
    })

    test('that is active and without stock is shown as out of stock', async () => {
      const sku = await newItem(shop(), 0)

      expect((await shop().ada.get(`/items/${sku}`)).body.status).toBe('out_of_stock')
    })

    test.each(['/items/NONE', '/items/none', `/items/${'A'.repeat(51)}`])(
      'is not there: %s',
      async (path) => {
        expect(refusalOf(await shop().ada.get(path))).toEqual([404, 'NOT_FOUND'])
      },
    )

    test('is refused with the place of every wrong field', async () => {
      const answer = await shop().charles.post('/items', {
        sku: 'a b',
        name: '',
        price: 1.5,
        stock: -1,
        x: 1,
      })

      expect(refusalOf(answer)).toEqual([422, 'VALIDATION'])
      const pointers = answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)
      expect(pointers).toEqual(expect.arrayContaining(['#/sku', '#/name', '#/price', '#/stock']))
    })
  })
}

function listOfItems(shop: () => OpenShop): void {
  describe('the list of items', () => {
    test('leads through all of them, each once, in the order of their names', async () => {
      for (let count = 0; count < 5; count++) await newItem(shop())
      const seen: string[] = []
      let next: string | null = '/items?limit=2'
      while (next !== null && seen.length < 200) {
        const page = await shop().ada.get(next)
        expect(page.status).toBe(200)
        seen.push(...skus(page.body.items))
        next = page.body.next
      }
      const all = skus((await shop().ada.get('/items?limit=100')).body.items)

      expect(seen).toEqual(all)
      expect(seen).toEqual([...seen].sort())
    })

    test('can be asked for a rule of the shop', async () => {
      const [none, few, many] = [
        await newItem(shop(), 0),
        await newItem(shop(), 10),
        await newItem(shop(), 11),
      ]
      const off = await newItem(shop(), 5, { status: 'inactive' })
      const asked = async (rule: string) =>
        skus((await shop().ada.get(`/items?rule=${rule}&limit=100`)).body.items).filter((sku) =>
          [none, few, many, off].includes(sku),
        )

      expect((await asked('sellable')).sort()).toEqual([few, many].sort())
      expect(await asked('low-on-stock')).toEqual([few])
      expect(await asked('sold-out')).toEqual([none])
    })
  })
}

function wrongQueries(shop: () => OpenShop): void {
  describe('a query for items that is wrong', () => {
    test.each([
      ['limit=0', 'limit'],
      ['limit=101', 'limit'],
      ['limit=ten', 'limit'],
      ['rule=none', 'rule'],
    ])('is refused by the name of what is wrong: %s', async (query, parameter) => {
      const answer = await shop().ada.get(`/items?${query}`)

      expect(refusalOf(answer)).toEqual([422, 'VALIDATION'])
      expect(answer.body.errors[0].parameter).toBe(parameter)
    })

    test('is refused for a cursor of others, and never shows page one instead', async () => {
      for (const after of ['', 'nonsense', Buffer.from('[1,"x",["A"]]').toString('base64url')])
        expect(refusalOf(await shop().ada.get(`/items?after=${after}`))).toEqual([422, 'INVALID_CURSOR'])
    })
  })
}

function customers(shop: () => OpenShop): void {
  describe('customers', () => {
    const grace = { username: 'grace', name: 'Grace Hopper', email: 'Grace@Example.com' }

    test('are made by an admin, with an address in lower case that only one has', async () => {
      const { charles } = shop()
      const made = await charles.post('/customers', grace)
      const sameName = await charles.post('/customers', { ...grace, email: 'other@example.com' })
      const sameEmail = await charles.post('/customers', { ...grace, username: 'hopper' })

      expect([made.status, made.body]).toEqual([201, { ...grace, email: 'grace@example.com' }])
      expect(refusalOf(sameName)).toEqual([409, 'USERNAME_TAKEN'])
      expect(refusalOf(sameEmail)).toEqual([409, 'EMAIL_TAKEN'])
      expect((await charles.get('/customers?email=grace@example.com')).body.items).toEqual([made.body])
    })

    test('see themselves, and nobody else', async () => {
      const { ada } = shop()

      expect((await ada.get('/customers/ada')).body.name).toBe('Ada Lovelace')
      expect(refusalOf(await ada.get('/customers/charles'))).toEqual([404, 'NOT_FOUND'])
      const { items } = (await ada.get('/customers')).body
      expect(items.map(({ username }: { username: string }) => username)).toEqual(['ada'])
    })
  })
}

function skus(items: readonly { sku: string }[]): string[] {
  return items.map(({ sku }) => sku)
}
