import { expect, test } from 'vitest'
import { describeEngines } from './engines.ts'
import { forAda } from './start-service.ts'

describeEngines((start) => {
  test('the list holds exactly the orders that may be read one by one, for everybody', async () => {
    const service = await start()
    await service.send('PUT', '/items/LAMP', { name: 'Lamp', price: 2_000, stock: 100 })
    await service.send('POST', '/customers', { username: 'bob', name: 'Bob', email: 'bob@example.com' })
    const ids: string[] = []
    for (const owner of ['ada', 'bob', 'ada', 'bob']) {
      const lines = [{ sku: 'LAMP', quantity: 1 }]
      ids.unshift((await service.send('POST', '/orders', { ...forAda, lines }, owner)).body.id)
    }
    await service.send('POST', `/orders/${ids[0]}/cancel`, { reason: 'x' }, 'bob')

    const seen: Record<string, number> = {}
    for (const [sub, roles] of [
      ['ada', ['customer']],
      ['bob', ['customer']],
      ['bob', ['support', 'customer']],
      ['eve', ['customer']],
      ['eve', []],
      ['eve', ['owner']],
      ['eve', ['support']],
      ['eve', ['admin']],
    ] as const) {
      const { token } = await service.auth.tokens.issueAccess({ sub, roles, clientId: 'test' })
      const get = (path: string) => service.fetch(path, { headers: { authorization: `Bearer ${token}` } })
      const listed = (await get('/orders?limit=100')).body.items.map(({ id }: { id: string }) => id)
      const readable = []
      for (const id of ids) if ((await get(`/orders/${id}`)).status === 200) readable.push(id)

      expect(listed).toEqual(readable)
      seen[`${sub} ${roles}`] = listed.length
    }
    await service.stop()

    expect(Object.values(seen)).toEqual([2, 2, 4, 0, 0, 0, 4, 4])
  })
})
