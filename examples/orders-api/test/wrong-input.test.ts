import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { forAda, startService, type TestService } from './start-service.ts'

let service: TestService
beforeAll(async () => {
  service = await startService()
  authorization = `Bearer ${await service.tokenOf('ada')}`
  await service.send('PUT', '/items/MUG', { name: 'Mug', price: 100, stock: 1_000_000 })
})
afterAll(() => service?.stop())

let authorization: string
const post = (body: NonNullable<RequestInit['body']>, type = 'application/json') =>
  service.fetch('/orders', { method: 'POST', headers: { 'content-type': type, authorization }, body })
const order = (...lines: object[]) => service.send('POST', '/orders', { ...forAda, lines })

describe('wrong input', () => {
  test('is answered with a problem that names every field at once', async () => {
    const { status, headers, body } = await service.send('POST', '/orders', {
      customer: 'ada',
      address: '',
      colour: 'blue',
      lines: [{ sku: 'mug', quantity: 0, discountPercent: 101 }, { quantity: 1.5 }],
    })

    expect(status).toBe(422)
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(body).toMatchObject({
      type: 'about:blank',
      title: 'Unprocessable Entity',
      status: 422,
      code: 'VALIDATION',
    })
    expect(body.correlationId).toBe(headers.get('x-correlation-id'))
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '#',
      '#/address',
      '#/lines/0/discountPercent',
      '#/lines/0/quantity',
      '#/lines/0/sku',
      '#/lines/1/quantity',
      '#/lines/1/sku',
    ])
    const { detail } = body.errors.find(({ pointer }: { pointer: string }) => pointer === '#')
    expect(detail).toContain('colour')
    // Who orders is who is signed in.
    expect(detail).toContain('customer')
  })

  test.each([
    ['no lines', [], '#/lines'],
    ['51 lines', Array.from({ length: 51 }, () => ({ sku: 'MUG', quantity: 1 })), '#/lines'],
    ['10,000 of one item', [{ sku: 'MUG', quantity: 10_000 }], '#/lines/0/quantity'],
    [
      'more than 9,999 in two lines',
      [
        { sku: 'MUG', quantity: 9_999 },
        { sku: 'MUG', quantity: 1 },
      ],
      '#/lines/1/quantity',
    ],
    [
      'two discounts for one item',
      [
        { sku: 'MUG', quantity: 20 },
        { sku: 'MUG', quantity: 20, discountPercent: 5 },
      ],
      '#/lines/1/discountPercent',
    ],
    ['goods for less than 10.00', [{ sku: 'MUG', quantity: 9 }], '#/lines'],
    [
      'goods for less than 10.00 after the discount',
      [{ sku: 'MUG', quantity: 10, discountPercent: 1 }],
      '#/lines',
    ],
  ])('may be an order with %s', async (_, lines, pointer) => {
    const { status, body } = await order(...lines)

    expect([status, body.errors?.[0].pointer]).toEqual([422, pointer])
  })

  test('is not an order at the limits', async () => {
    expect((await order({ sku: 'MUG', quantity: 10 })).status).toBe(201)
    expect((await order({ sku: 'MUG', quantity: 9_999 })).status).toBe(201)
    expect((await order(...Array.from({ length: 50 }, () => ({ sku: 'MUG', quantity: 1 })))).status).toBe(201)
  })

  test.each(['null\u0000', 'half \ud800'])(
    'may be a text that PostgreSQL cannot keep: %j',
    async (address) => {
      const lines = [{ sku: 'MUG', quantity: 10 }]
      const { status, body } = await service.send('POST', '/orders', { ...forAda, address, lines })

      expect([status, body.errors[0].pointer]).toEqual([422, '#/address'])
    },
  )

  test.each(['null\u0000', 'half \ud800'])('may be a name to sign in with: %j', async (username) => {
    const { status, body } = await service.send('POST', '/auth/sign-in', { username, password: 'secret' })

    expect([status, body.errors?.[0].pointer]).toEqual([422, '#/username'])
  })

  test.each([
    ['PUT', '/accounts/%00/roles', { roles: [] }],
    ['GET', '/customers/%00', undefined],
    ['GET', '/orders/%00', undefined],
    ['GET', '/items/%00', undefined],
    ['DELETE', '/auth/sessions/%00', undefined],
    ['DELETE', '/api-keys/%00', undefined],
  ])('may be a path that names nobody and nothing: %s %s', async (method, path, body) => {
    const answer = await service.send(method, path, body, 'charles')

    expect([answer.status, answer.body.code]).toEqual([404, 'NOT_FOUND'])
  })

  test.each([
    ['/orders?limit=0', 'limit'],
    ['/orders?limit=101', 'limit'],
    ['/orders?limit=ten', 'limit'],
    ['/orders?after=x', 'after'],
    ['/orders?status=lost', 'status'],
    ['/orders?customer=A%00', 'customer'],
    ['/items?after=%00', 'after'],
    ['/customers?limit=-1', 'limit'],
  ])('may be a query: %s', async (path, parameter) => {
    const { status, body } = await service.get(path)

    expect([status, body.errors[0].parameter]).toEqual([422, parameter])
  })

  test('may be a query parameter that does not exist, for a typo must not list everything', async () => {
    const { status, body } = await service.get('/orders?custmer=ada&limit=0&toString=')
    const named = body.errors.map(({ parameter }: { parameter: string }) => parameter)

    expect([status, named.sort()]).toEqual([422, ['custmer', 'limit', 'toString']])
  })
})

describe('a request that is not understood', () => {
  test.each([
    ['broken JSON', '{"customer":', 'JSON_MALFORMED'],
    ['no body', '', 'JSON_MALFORMED'],
    ['broken UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 'JSON_NOT_UTF8'],
    ['a key that comes twice', '{"notes":"a","notes":"b"}', 'JSON_DUPLICATE_KEY'],
    ['a key that forges', '{"__proto__":{"admin":true}}', 'JSON_FORBIDDEN_KEY'],
    ['a nest without an end', '['.repeat(1_000), 'JSON_TOO_DEEP'],
  ])('gets 400 for %s', async (_, body, code) => {
    const answer = await post(body)

    expect([answer.status, answer.body.code]).toEqual([400, code])
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1'])(
    'gets 415 for %s',
    async (type) => {
      const answer = await post('{}', type)

      expect([answer.status, answer.headers.get('accept')]).toEqual([415, 'application/json'])
    },
  )

  test.each(['application/json; charset=UTF-8', 'application/merge-patch+json'])(
    'is read when it says %s',
    async (type) => {
      expect((await post('{}', type)).status).toBe(422)
    },
  )

  test('gets 413 for a body over 64 KiB, announced or not', async () => {
    const body = ' '.repeat(64 * 1024 + 1)
    const announced = await post(body)
    const chunked = await service.fetch('/orders', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: new Blob([body]).stream(),
      duplex: 'half',
    } as RequestInit)

    expect([announced.status, announced.body.code]).toEqual([413, 'JSON_TOO_LARGE'])
    expect([chunked.status, chunked.body.code]).toEqual([413, 'JSON_TOO_LARGE'])
    expect((await post(`{}${' '.repeat(64 * 1024 - 2)}`)).status).toBe(422)
  })

  test('that is too large costs the next request on its connection nothing', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    const asked = async (method: string, path: string, size: number) => {
      const headers = { 'content-type': 'application/json', authorization, 'content-length': size }
      const sent = request(service.url + path, { method, agent, headers })
      const [answer] = (await once(sent.end(' '.repeat(size)), 'response')) as [IncomingMessage]
      await once(answer.resume(), 'end')
      return [answer.statusCode, answer.headers.connection, sent.reusedSocket]
    }

    for (const size of [70_000, 1_000_000, 4_000_000]) {
      expect((await asked('POST', '/orders', size)).slice(0, 2)).toEqual([413, 'keep-alive'])
      expect(await asked('GET', '/health/live', 0)).toEqual([200, 'keep-alive', true])
    }
    expect((await asked('POST', '/orders', 20_000_000)).slice(0, 2)).toEqual([413, 'close'])
  })

  test('is refused where a text is blank, and is kept without the blanks around it', async () => {
    const item = { price: 100, stock: 1 }
    const blank = await service.send('PUT', '/items/BLANK', { ...item, name: ' \t\n ' })
    const kept = await service.send('PUT', '/items/BLANK', { ...item, name: ' Mug ' })

    expect([blank.status, blank.body.errors[0].pointer]).toEqual([422, '#/name'])
    expect([kept.status, kept.body.name]).toEqual([201, 'Mug'])
  })

  test('names a parameter that is there twice', async () => {
    const { status, body } = await service.get('/items?limit=1&limit=2&sort=x')

    expect(status).toBe(422)
    expect(body.errors).toContainEqual({ parameter: 'limit', detail: 'must be there once' })
    expect((await service.get('/items?limit=1&limit=1')).status).toBe(422)
  })

  test('gets 404 where nothing is', async () => {
    for (const path of ['/nothing', '/orders/', '/items/MUG/more']) {
      const { status, headers, body } = await service.get(path)
      expect([status, body.code]).toEqual([404, 'NO_SUCH_ROUTE'])
      expect(headers.get('content-type')).toBe('application/problem+json')
    }
  })

  test('gets 405 and the methods that there are', async () => {
    const remove = await service.send('DELETE', '/items/MUG')
    const read = await service.get('/orders/order_01jgfjjz00fcz9r7af5a76p38q/confirm')

    expect([remove.status, remove.headers.get('allow')]).toEqual([405, 'GET, HEAD, PUT'])
    expect([read.status, read.headers.get('allow')]).toEqual([405, 'POST'])
  })
})

describe('every answer', () => {
  test.each(['/items', '/nothing', '/health/live'])('of %s has safe headers and an id', async (path) => {
    const { headers } = await service.get(path)

    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test("bears the caller's id only where it is a UUID", async () => {
    const id = '3f0e9a50-0000-4000-8000-000000000000'
    const kept = await service.fetch('/items', { headers: { 'x-correlation-id': id } })
    const replaced = await service.fetch('/items', { headers: { 'x-correlation-id': 'forged log line' } })

    expect(kept.headers.get('x-correlation-id')).toBe(id)
    expect(replaced.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/)
  })
})
