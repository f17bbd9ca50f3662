import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines } from './engines.ts'
import { forAda, type TestService } from './start-service.ts'

describeEngines((start) => {
  let service: TestService
  let authorization: string
  beforeAll(async () => {
    service = await start()
    authorization = `Bearer ${await service.tokenOf('ada')}`
    await service.send('PUT', '/items/ONCE', { name: 'Lamp', price: 2_000, stock: 100 })
  })
  afterAll(() => service?.stop())

  const order = (quantity: number) => ({ ...forAda, lines: [{ sku: 'ONCE', quantity }] })
  const place = (key: string, body: unknown = order(1)) =>
    service.fetch('/orders', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key, authorization },
      body: JSON.stringify(body),
    })
  const stock = async () => (await service.get('/items/ONCE')).body.stock

  test('an order that is sent again is placed once, and answered as the first time', async () => {
    const before = await stock()
    const first = await place('"k-1"')
    const again = await place('k-1')
    expect([first.status, again.status, await stock()]).toEqual([201, 201, before - 1])
    expect(again.body).toEqual(first.body)
    expect(again.headers.get('location')).toBe(first.headers.get('location'))
    expect([first, again].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true'])
  })

  test('fifty at once are one order; who is refused is told when to ask again', async () => {
    const before = await stock()
    const answers = await Promise.all(Array.from({ length: 50 }, () => place('k-50')))
    expect(await stock()).toBe(before - 1)
    expect(new Set(answers.flatMap(({ status, body }) => (status === 201 ? [body.id] : []))).size).toBe(1)
    for (const { status, headers } of answers.filter(({ status }) => status !== 201))
      expect([status, Number(headers.get('retry-after'))]).toEqual([409, 1])
  })

  test('another order under the same key is refused', async () => {
    await place('k-2')
    const { status, body } = await place('k-2', order(2))
    expect([status, body.code]).toEqual([422, 'IDEMPOTENCY_MISMATCH'])
  })

  test('a refusal frees the key', async () => {
    expect((await place('k-3', order(9_999))).body.code).toBe('OUT_OF_STOCK')
    expect((await place('k-3')).status).toBe(201)
  })

  test.each(['', '"', '"a', 'a b', 'x'.repeat(256), '"\\"'])(
    'a key that is none is refused: %j',
    async (key) => {
      const { status, body } = await place(key)
      expect([status, body.code]).toEqual([400, 'IDEMPOTENCY_KEY_MALFORMED'])
    },
  )
})
