import pino from 'pino'
import { expect, test } from 'vitest'
import { createApp } from './app.ts'

const app = createApp(pino({ level: 'silent' }))
app.get('/orders/:id', async () => ({}))
app.put('/orders/:id', async () => {
  throw new Error('a password of the database')
})

test.each([
  ['GET', '/orders/1', 200, undefined],
  ['GET', '/orders/1?next=/orders/', 200, undefined],
  ['GET', '/orders/', 404, 'NO_SUCH_ROUTE'],
  ['GET', '/orders/1/more', 404, 'NO_SUCH_ROUTE'],
  ['GET', '/orders/%E0%A4', 404, 'NOT_FOUND'],
  ['DELETE', '/orders/1', 405, 'METHOD_NOT_ALLOWED'],
  ['PUT', '/orders/1', 500, 'INTERNAL'],
] as const)('%s %s is answered with %i %s', async (method, url, status, code) => {
  const answer = await app.inject({ method, url })
  const type = code === undefined ? 'application/json; charset=utf-8' : 'application/problem+json'

  expect([answer.statusCode, answer.json().code]).toEqual([status, code])
  expect(answer.headers).toMatchObject({
    'content-type': type,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'x-correlation-id': expect.stringMatching(/^[\da-f-]{36}$/),
  })
  expect(answer.body).not.toContain('password')
})

test('a method that a path does not know is told which it does', async () => {
  expect((await app.inject({ method: 'DELETE', url: '/orders/1' })).headers['allow']).toBe('GET, HEAD, PUT')
})
