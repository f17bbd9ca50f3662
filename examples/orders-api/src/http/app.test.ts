import { AppError, RateLimitedError, UnavailableError } from '@base/core/errors'
import { Hono } from 'hono'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createApp } from './app.ts'
import { readBody } from './read-body.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const throwing = (error: unknown) =>
  createApp({
    '/broken': new Hono().get('/', () => {
      throw error
    }),
  })

describe('a fault of ours', () => {
  test('is a 500 that tells nothing but the id under which the log has it', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    const fault = new Error('password=hunter2 at /srv/orders')
    const response = await throwing(fault).request('/broken')
    const text = await response.text()

    expect(response.status).toBe(500)
    expect(JSON.parse(text)).toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      code: 'INTERNAL',
      correlationId: response.headers.get('x-correlation-id'),
    })
    expect(logged).toHaveBeenCalledWith(`Request ${response.headers.get('x-correlation-id')} failed:`, fault)
  })
})

describe('a fault that has a code', () => {
  test('is in the log too', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    const fault = new AppError({ code: 'LEDGER_BROKEN', kind: 'internal', message: 'The ledger is broken.' })
    const response = await throwing(fault).request('/broken')

    expect([response.status, await response.json()]).toMatchObject([500, { code: 'LEDGER_BROKEN' }])
    expect(logged).toHaveBeenCalledWith(expect.any(String), fault)
  })
})

describe('a caller that leaves in the middle of its body', () => {
  test('is no fault of ours', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    const app = createApp({
      '/read': new Hono().post('/', async (c) => c.json(await readBody(c, z.object({})))),
    })
    const body = new ReadableStream({ pull: (stream) => stream.error(new Error('aborted')) })
    const headers = { 'content-type': 'application/json' }
    const sent = new Request('http://shop/read', { method: 'POST', headers, body, duplex: 'half' })

    expect((await app.request(sent)).status).toBe(499)
    expect(logged).not.toHaveBeenCalled()
  })
})

describe('an error that says when to come back', () => {
  test('sends retry-after in whole seconds, never too early', async () => {
    const response = await throwing(new RateLimitedError({ retryAfter: 1_200 })).request('/broken')

    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '2'])
  })

  test('also where what it needs is away and says nothing of it', async () => {
    const response = await throwing(new UnavailableError({ message: 'Redis cannot be reached.' })).request(
      '/broken',
    )

    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
  })
})
