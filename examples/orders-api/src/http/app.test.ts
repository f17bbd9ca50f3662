import { AppError, RateLimitedError, TimeoutError, UnavailableError } from '@base/core/errors'
import { invalidOption } from '@base/core/options'
import { createMetrics } from '@base/observability/metrics'
import { memoryLogger } from '@base/observability/testing'
import { Hono } from 'hono'
import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { caller } from '../../test/caller.ts'
import { createApp } from './app.ts'
import { readBody } from './read-body.ts'

const log = memoryLogger()
beforeEach(() => log.clear())
const observers = { logger: log.logger, metrics: createMetrics() }
const failures = () => log.lines.filter(({ msg }) => msg === 'request failed')

const throwing = (error: unknown) => {
  const broken = new Hono().get('/', () => {
    throw error
  })
  return createApp({ '/broken': broken }, observers)
}

describe('a fault of ours', () => {
  test('is a 500 that tells nothing but the id under which the log has it', async () => {
    const fault = new Error('password=hunter2 at /srv/orders')
    const client = caller()
    const response = await throwing(fault).request('/broken', {}, client)
    const text = await response.text()

    expect(response.status).toBe(500)
    expect(JSON.parse(text)).toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      code: 'INTERNAL',
      correlationId: client.headers['x-correlation-id'],
    })
    expect(failures()).toMatchObject([
      { err: { message: fault.message }, correlationId: client.headers['x-correlation-id'] },
    ])
  })
})

describe('a request that fails by our fault', () => {
  test('tells after the fact what it did, and others do not', async () => {
    const quiet = memoryLogger({ level: 'info', buffer: {} })
    const step = new Hono().get('/:end', (c) => {
      quiet.logger.debug('one step')
      if (c.req.param('end') === 'bad') throw new Error('broken')
      return c.text('fine')
    })
    const app = createApp({ '/step': step }, { ...observers, logger: quiet.logger })
    await app.request('/step/good', {}, caller())
    const client = caller()
    await app.request('/step/bad', {}, client)

    const steps = quiet.lines.filter(({ msg }) => msg === 'one step')
    expect(steps.map(({ correlationId }) => correlationId)).toEqual([client.headers['x-correlation-id']])
  })
})

describe('a fault that has a code', () => {
  test('has it in the log alone', async () => {
    const fault = new AppError({ code: 'LEDGER_BROKEN', kind: 'internal', message: 'The ledger is broken.' })
    const response = await throwing(fault).request('/broken', {}, caller())

    const { code, detail } = (await response.json()) as { code: string; detail?: string }
    expect([response.status, code, detail]).toEqual([500, 'INTERNAL', undefined])
    expect(failures()).toMatchObject([{ err: { code: 'LEDGER_BROKEN' } }])
  })
})

describe('a wrong option of our own', () => {
  test('is a fault of ours, and not the caller’s', async () => {
    const place = { package: 'orders-api', pattern: 'test', option: 'maxAttempts' }
    const fault = invalidOption('many', place, 'an integer')
    const response = await throwing(fault).request('/broken', {}, caller())

    expect([response.status, await response.json()]).toMatchObject([500, { code: 'INTERNAL' }])
    expect(failures()).toMatchObject([{ err: { cause: { message: fault.message } } }])
  })
})

describe('a caller that leaves in the middle of its body', () => {
  test('is no fault of ours', async () => {
    const read = new Hono().post('/', async (c) => c.json(await readBody(c, z.object({}))))
    const app = createApp({ '/read': read }, observers)
    const body = new ReadableStream({ pull: (stream) => stream.error(new Error('aborted')) })
    const headers = { 'content-type': 'application/json' }
    const sent = new Request('http://shop/read', { method: 'POST', headers, body, duplex: 'half' })

    expect((await app.request(sent, {}, caller())).status).toBe(499)
    expect(failures()).toEqual([])
  })
})

describe('an error that says when to come back', () => {
  test('sends retry-after in whole seconds, never too early', async () => {
    const response = await throwing(new RateLimitedError({ retryAfter: 1_200 })).request(
      '/broken',
      {},
      caller(),
    )

    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '2'])
  })

  test.each([
    ['is away', new UnavailableError({ message: 'Redis cannot be reached.' })],
    ['does not answer in time', new TimeoutError({ message: 'The statement was not answered in time.' })],
  ])('also where what it needs %s and says nothing of it', async (_, error) => {
    const response = await throwing(error).request('/broken', {}, caller())

    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
  })
})
