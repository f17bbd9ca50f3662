import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines } from './engines.ts'
import { forAda, type TestService } from './start-service.ts'

describeEngines((start) => {
  let service: TestService
  beforeAll(async () => {
    service = await start()
  })
  afterAll(() => service?.stop())

  test('of 50 orders at once for the last 10 pieces 10 get one and 40 are told that it is gone', async () => {
    await service.send('PUT', '/items/LAST-10', { name: 'Lamp', price: 2_000, stock: 10 })
    const order = { ...forAda, lines: [{ sku: 'LAST-10', quantity: 1 }] }
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => service.send('POST', '/orders', order)),
    )

    const placed = answers.filter(({ status }) => status === 201)
    const refused = answers.filter(({ status, body }) => status === 409 && body.code === 'OUT_OF_STOCK')
    expect([placed.length, refused.length]).toEqual([10, 40])
    expect((await service.get('/items/LAST-10')).body).toMatchObject({ stock: 0, status: 'out_of_stock' })
    expect((await service.get('/orders?limit=100')).body.items).toHaveLength(10)
  })

  test('of 20 cancellations of one order at once only one returns its goods', async () => {
    await service.send('PUT', '/items/RETURNED', { name: 'Lamp', price: 2_000, stock: 10 })
    const order = { ...forAda, lines: [{ sku: 'RETURNED', quantity: 4 }] }
    const { id } = (await service.send('POST', '/orders', order)).body
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => service.send('POST', `/orders/${id}/cancel`, { reason: 'late' })),
    )

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19)
    expect((await service.get('/items/RETURNED')).body.stock).toBe(10)
  })
})
