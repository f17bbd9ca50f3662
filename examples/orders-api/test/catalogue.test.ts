import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeEngines } from './engines.ts'
import type { TestService } from './start-service.ts'

describeEngines((start) => {
  let service: TestService
  beforeAll(async () => {
    service = await start()
  })
  afterAll(() => service?.stop())

  const mug = { name: 'Mug', price: 1_290, stock: 5 }

  describe('items', () => {
    test('are made once by POST', async () => {
      const first = await service.send('POST', '/items', { sku: 'POSTED', ...mug })
      const second = await service.send('POST', '/items', { sku: 'POSTED', ...mug, price: 1 })

      expect([first.status, first.headers.get('location')]).toEqual([201, '/items/POSTED'])
      expect([second.status, second.body.code]).toEqual([409, 'SKU_TAKEN'])
      expect((await service.get('/items/POSTED')).body).toEqual({
        sku: 'POSTED',
        ...mug,
        description: '',
        status: 'active',
      })
    })

    test('are made or replaced by PUT, as often as one likes', async () => {
      const made = await service.send('PUT', '/items/PUT-1', { ...mug, description: 'blue' })
      const replaced = await service.send('PUT', '/items/PUT-1', { ...mug, price: 990 })

      expect([made.status, replaced.status]).toEqual([201, 200])
      expect((await service.get('/items/PUT-1')).body).toMatchObject({ price: 990, description: '' })
    })

    test('are made once by PUTs at once, which are all done', async () => {
      const puts = Array.from({ length: 10 }, () => service.send('PUT', '/items/AT-ONCE', mug))
      const statuses = (await Promise.all(puts)).map(({ status }) => status)

      expect(statuses.sort()).toEqual([...Array(9).fill(200), 201])
    })

    test('are out of stock when active and at 0, and back when there is stock', async () => {
      const put = async (more: object) =>
        (await service.send('PUT', '/items/EMPTY', { ...mug, ...more })).body.status

      expect(await put({ stock: 0 })).toBe('out_of_stock')
      expect(await put({ stock: 1 })).toBe('active')
      expect(await put({ stock: 0, status: 'inactive' })).toBe('inactive')
    })

    test('are listed by SKU, page by page', async () => {
      for (const sku of ['ZZ-3', 'ZZ-1', 'ZZ-2']) await service.send('PUT', `/items/${sku}`, mug)
      const filter = '{"op":"greaterThan","field":"sku","value":"ZZ"}'
      const first = (await service.get(`/items?filter=${encodeURIComponent(filter)}&limit=2`)).body
      const second = (await service.get(first.next)).body
      const skus = [...first.items, ...second.items].map(({ sku }: { sku: string }) => sku)

      expect(skus).toEqual(['ZZ-1', 'ZZ-2', 'ZZ-3'])
      expect(second.next).toBeNull()
    })

    test.each(['/items/NO-SUCH', '/items/lower', '/items/%00', '/items/%E0%A4'])(
      'are not at %s',
      async (path) => {
        const { status, body } = await service.get(path)

        expect([status, body.code]).toEqual([404, 'NOT_FOUND'])
      },
    )

    test('cannot be put at a path that is no SKU', async () => {
      const { status, body } = await service.send('PUT', '/items/lower', mug)

      expect([status, body.detail]).toEqual([422, expect.stringContaining('sku')])
    })
  })

  describe('customers', () => {
    const grace = { username: 'grace-hopper', name: 'Grace Hopper', email: 'grace@example.com' }

    test('are made, read and listed', async () => {
      const { status, headers } = await service.send('POST', '/customers', grace)
      // In the database it is encrypted: what is equal is found, by its blind index, and nothing else.
      const listed = await service.get('/customers?email=Grace%40example.com')

      expect([status, headers.get('location')]).toEqual([201, '/customers/grace-hopper'])
      expect((await service.get('/customers/grace-hopper')).body).toEqual(grace)
      expect(listed.body).toEqual({ items: [grace], next: null })
    })

    test('keep username and e-mail to themselves', async () => {
      const katherine = { username: 'katherine', name: 'Katherine', email: 'kj@example.com' }
      await service.send('POST', '/customers', katherine)
      const sameName = await service.send('POST', '/customers', { ...katherine, email: 'other@example.com' })
      const sameMail = await service.send('POST', '/customers', {
        ...katherine,
        username: 'other',
        email: 'KJ@example.com',
      })

      expect([sameName.status, sameName.body.code]).toEqual([409, 'USERNAME_TAKEN'])
      expect([sameMail.status, sameMail.body.code]).toEqual([409, 'EMAIL_TAKEN'])
    })

    test('who are unknown are not found', async () => {
      expect((await service.get('/customers/nobody')).status).toBe(404)
      expect((await service.get('/customers/A%00')).status).toBe(404)
    })
  })
})
