import { RateLimitedError } from '@base/core/errors'
import { Hono } from 'hono'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createApp } from './app.ts'
import type { RequestEnv } from './request-context.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const throwing = (error: unknown) =>
  createApp({
    '/broken': new Hono<RequestEnv>().get('/', () => {
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
      requestId: response.headers.get('x-request-id'),
    })
    expect(logged).toHaveBeenCalledWith(`Request ${response.headers.get('x-request-id')} failed:`, fault)
  })
})

describe('an error that says when to come back', () => {
  test('sends retry-after in whole seconds, never too early', async () => {
    const response = await throwing(new RateLimitedError({ retryAfter: 1_200 })).request('/broken')

    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '2'])
  })
})
