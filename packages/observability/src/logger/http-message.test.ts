import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { memoryLogger } from '../testing/index.js'

const SECRET = 'hunter2'
const headers = { cookie: `sid=${SECRET}`, 'x-api-key': SECRET, accept: 'text/plain' }

/** Both sides of an exchange. */
async function exchange() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const asking = request({ port, host: '127.0.0.1', path: `/a?token=${SECRET}`, headers }).end()
  const [asked, answering]: [IncomingMessage, ServerResponse] = (await once(server, 'request')) as never
  answering.setHeader('set-cookie', SECRET).setHeader('x-shown', 'yes').writeHead(201).end()
  const [answer]: [IncomingMessage] = (await once(asking, 'response')) as never
  answer.resume()
  await once(answer, 'end')
  server.close()
  return { asking, asked, answering, answer }
}
let all: Awaited<ReturnType<typeof exchange>>
beforeAll(async () => {
  all = await exchange()
})

describe.each(['json', 'ecs'] as const)(
  'in %s a request or response of node:http shows no secret',
  (format) => {
    test.each(['asking', 'asked', 'answering', 'answer'] as const)('%s', (which) => {
      const message = all[which]
      const memory = memoryLogger({ format })
      memory.logger.info({ req: message })
      memory.logger.info({ res: message })
      memory.logger.info({ a: [{ message }] }, 'deep %j', message)
      memory.logger.info(message)
      // As axios, got and superagent have it.
      memory.logger.error(Object.assign(new Error('failed'), { request: message, response: message }))
      expect(memory.text).not.toContain(SECRET)
      expect(memory.text).not.toContain('_header')
      expect(memory.text.split('\n')).toHaveLength(6)
    })
  },
)

test('and is shown as pino does', () => {
  const memory = memoryLogger()
  memory.logger.info({ it: all })
  const url = '/a?token=[Redacted]'
  const sent = expect.objectContaining({
    cookie: '[Redacted]',
    'x-api-key': '[Redacted]',
    accept: 'text/plain',
  })
  const answered = expect.objectContaining({ 'set-cookie': '[Redacted]', 'x-shown': 'yes' })
  expect(memory.lines[0]?.['it']).toEqual({
    asking: { method: 'GET', url, headers: sent },
    asked: { method: 'GET', url, headers: sent },
    answering: { statusCode: 201, headers: answered },
    answer: { statusCode: 201, headers: answered },
  })
})

test.each(['json', 'ecs'] as const)('and so is one of the Web, in %s', (format) => {
  const memory = memoryLogger({ format })
  const url = `https://shop.example/a?token=${SECRET}`
  const it = { asked: new Request(url, { headers }), answer: new Response('', { status: 404, headers }) }
  memory.logger.info({ it }, 'deep %j', it)
  const shown = { cookie: '[Redacted]', 'x-api-key': '[Redacted]', accept: 'text/plain' }
  expect(memory.lines[0]?.['it']).toEqual({
    asked: { method: 'GET', url: 'https://shop.example/a?token=[Redacted]', headers: shown },
    answer: { statusCode: 404, headers: expect.objectContaining(shown) },
  })
  expect(memory.text).not.toContain(SECRET)
})

test.each(['json', 'ecs'] as const)('and is the first argument of a call, in %s', (format) => {
  const memory = memoryLogger({ format })
  memory.logger.info(new Request('https://shop.example/a', { headers }), 'asked')
  memory.logger.info(new Response('', { status: 404, headers }), 'answered')
  const [asked, answered] = memory.lines
  expect(asked).toMatchObject(
    format === 'json'
      ? { req: { method: 'GET', url: 'https://shop.example/a' } }
      : { 'http.request.method': 'GET', 'url.original': 'https://shop.example/a' },
  )
  expect(answered).toMatchObject(
    format === 'json' ? { res: { statusCode: 404 } } : { 'http.response.status_code': 404 },
  )
  expect(memory.text).not.toContain(SECRET)
})

test.each(['Request', 'Response'])(
  'what calls itself a %s and is none of the Web is shown as it is',
  (tag) => {
    const own = { headers: { a: 1 }, amount: 3, status: 'open' }
    const it = Object.assign(Object.create({ [Symbol.toStringTag]: tag }), own)
    const memory = memoryLogger()
    memory.logger.info({ it })
    memory.logger.info(it)
    expect(memory.lines).toMatchObject([{ it: own }, own])
  },
)

test('of what does not call itself one nothing of the Web is read', () => {
  const read = vi.fn()
  class Own {
    shown = 'yes'
    get url() {
      return read()
    }
  }
  memoryLogger().logger.info({ own: new Own() })
  expect(read).not.toHaveBeenCalled()
})

test('what only looks like one is shown as it is', () => {
  const own = new (class {
    shown = 'yes'
    httpVersion = '1.1'
    headers = {}
    get socket(): never {
      throw new Error('lazy')
    }
  })()
  const memory = memoryLogger()
  memory.logger.info({ own })
  expect(memory.lines[0]?.['own']).toEqual({ shown: 'yes', httpVersion: '1.1', headers: {} })
})
