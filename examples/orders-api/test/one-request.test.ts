import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { json } from 'node:stream/consumers'
import { type MemorySpans, memorySpans } from '@base/observability/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { forAda, startService, type TestService } from './start-service.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const CALLER = '00f067aa0ba902b7'
const CORRELATION = '0191d3f8-6ad1-7c3b-9a6e-0f2b1c3d4e5f'
const CARD = '4111 1111 1111 1111'

/** A gateway that takes every payment as soon as it may, and keeps the headers. */
const heard: IncomingHttpHeaders[] = []
let mayAnswer = Promise.resolve()
const gateway = createServer(async (request, response) => {
  heard.push(request.headers)
  await mayAnswer
  response.writeHead(201).end(JSON.stringify({ paid: await json(request) }))
})

let spans: MemorySpans
let service: TestService
beforeAll(async () => {
  await once(gateway.listen(0, '127.0.0.1'), 'listening')
  spans = memorySpans()
  service = await startService({
    paymentUrl: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`,
  })
  await service.send('PUT', '/items/PEN', { name: 'Pen', price: 1_000, stock: 100 })
})
beforeEach(() => {
  service.log.clear()
  spans.clear()
  heard.length = 0
})
afterAll(async () => {
  await service?.stop()
  spans?.close()
  gateway.close()
  gateway.closeAllConnections()
})

const accessLines = () => service.log.lines.filter(({ msg }) => msg === 'request')
const placed = () =>
  service
    .send('POST', '/orders', { ...forAda, lines: [{ sku: 'PEN', quantity: 1 }] })
    .then(({ body }) => body.id)

/** The line of the only request, which is written once its answer is out. */
async function accessLine() {
  await vi.waitFor(() => expect(accessLines()).not.toEqual([]))
  expect(accessLines()).toHaveLength(1)
  return accessLines()[0]
}

describe('a request that pays for an order', () => {
  test('has one line, one header to the gateway and spans of its statements, all of the caller’s trace', async () => {
    const id = await placed()
    const authorization = `Bearer ${await service.tokenOf('ada')}`
    await accessLine()
    service.log.clear()
    spans.clear()
    const answer = await service.fetch(`/orders/${id}/confirm`, {
      method: 'POST',
      headers: {
        authorization,
        traceparent: `00-${TRACE}-${CALLER}-01`,
        'x-correlation-id': CORRELATION,
      },
    })
    expect([answer.status, answer.headers.get('x-correlation-id')]).toEqual([200, CORRELATION])

    const server = spans.find('POST /orders/:id/confirm')
    expect(server).toMatchObject({ traceId: TRACE, parentSpanId: CALLER })
    expect(await accessLine()).toMatchObject({
      level: 30,
      'http.request.method': 'POST',
      'http.route': '/orders/:id/confirm',
      'http.response.status_code': 200,
      'user.id': 'ada',
      responseTime: expect.any(Number),
      correlationId: CORRELATION,
      trace_id: TRACE,
      span_id: server?.spanId,
    })
    const call = spans.find('POST /payments')
    expect(call).toMatchObject({ traceId: TRACE, attributes: { 'http.response.status_code': 201 } })
    expect(heard).toMatchObject([
      { traceparent: `00-${TRACE}-${call?.spanId}-01`, 'x-correlation-id': CORRELATION },
    ])
    const statements = spans.spans.filter(({ attributes }) => attributes['db.system.name'] === 'postgresql')
    expect(statements.map(({ name }) => name).join()).toMatch(/orders/)
    expect(new Set(statements.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]))
    const inTrace = new Set([CALLER, ...spans.spans.map(({ spanId }) => spanId)])
    for (const { parentSpanId } of statements) expect(inTrace).toContain(parentSpanId)
  })
})

describe('the line of a request', () => {
  test('has a trace of its own where the caller names none, and a correlation id', async () => {
    const answer = await service.get('/items/PEN')

    expect(await accessLine()).toMatchObject({
      'http.route': '/items/:sku',
      trace_id: spans.find('GET /items/:sku')?.traceId,
      correlationId: answer.headers.get('x-correlation-id'),
    })
  })

  test('names no path that is no route, and no method that is none', async () => {
    await service.fetch('/secret-token-in-path')
    const line = await accessLine()

    expect(line).toMatchObject({ 'http.request.method': 'GET', 'http.response.status_code': 404 })
    expect(line).not.toHaveProperty('http.route')
    expect(service.log.text).not.toContain('secret-token-in-path')
  })

  test('never shows what stands in the query, in headers or in the body', async () => {
    await service.fetch(`/orders?token=query-secret&card=${encodeURIComponent(CARD)}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer header-secret',
        cookie: '__Host-session=cookie-secret',
        'x-api-key': 'key-secret',
      },
      body: JSON.stringify({ cardNumber: CARD, password: 'body-secret', token: 'body-token' }),
    })
    await service.fetch('/auth/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: CARD, password: 'body-secret' }),
    })
    await vi.waitFor(() => expect(accessLines()).toHaveLength(2))

    for (const secret of [CARD, CARD.replaceAll(' ', ''), '-secret', 'body-token'])
      expect(service.log.text).not.toContain(secret)
  })

  test('says that the caller has gone before it had its answer', async () => {
    const id = await placed()
    const authorization = `Bearer ${await service.tokenOf('ada')}`
    await accessLine()
    service.log.clear()
    const answer = Promise.withResolvers<void>()
    mayAnswer = answer.promise
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1')
    socket.write(
      `POST /orders/${id}/confirm HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\ncontent-length: 0\r\n\r\n`,
    )
    await vi.waitFor(() => expect(heard).toHaveLength(1))
    socket.destroy()
    answer.resolve()

    expect(await accessLine()).toMatchObject({ 'http.route': '/orders/:id/confirm', clientClosed: true })
  })

  test('is the only one where the caller has gone in the middle of its body, which is no fault of ours', async () => {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1')
    const head = 'POST /auth/sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/json'
    socket.write(`${head}\r\ncontent-length: 100\r\n\r\n{"username":`, () => socket.destroy())

    expect(await accessLine()).toMatchObject({ 'http.response.status_code': 499, clientClosed: true })
    expect(service.log.text).not.toContain('request failed')
  })
})
