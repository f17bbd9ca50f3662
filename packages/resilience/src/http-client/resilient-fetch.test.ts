import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { getEventListeners, once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { Readable } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { systemClock } from '@base/core/clock'
import { correlationId, deadline, runInContext } from '@base/core/context'
import { readDiagnosticsSources } from '@base/core/diagnostics'
import { TestClock } from '@base/core/testing'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { CircuitBreaker } from '../circuit-breaker/index.js'
import { REFUSALS } from '../policy/refusals.js'
import { constant, exponential, retryBudget } from '../retry/index.js'
import {
  HttpProblemError,
  type ResilientFetchOptions,
  resilientFetch,
  type TraceContext,
  traceContext,
} from './index.js'

type Answer = (response: ServerResponse, request: IncomingMessage) => void

const closing: (() => Promise<unknown>)[] = []

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

/** A real server that gives one answer after the other, the last one from then on. */
async function serve(...answers: Answer[]) {
  const requests: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = []
  const waiting: (() => void)[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const { method = '', url = '', headers } = request
    requests.push({ method, url, headers, body })
    for (const wake of waiting.splice(0)) wake()
    answers[Math.min(requests.length, answers.length) - 1]?.(response, request)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  /** Resolves once so many requests have come. */
  const received = async (count: number) => {
    while (requests.length < count) await new Promise<void>((resolve) => waiting.push(resolve))
  }
  const connections = () =>
    new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    received,
    connections,
  }
}

/** What is told of timeouts while it runs. */
async function timeoutsOf(run: () => Promise<void>): Promise<{ name: string; timeout: number }[]> {
  const told: { name: string; timeout: number }[] = []
  const hear = (payload: unknown) => told.push(payload as { name: string; timeout: number })
  subscribe('base:resilience:timeout:timeout', hear)
  try {
    await run()
  } finally {
    unsubscribe('base:resilience:timeout:timeout', hear)
  }
  return told
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}

const ok: Answer = (response) => response.end('ok')
const hang: Answer = () => {}
const reset: Answer = (response) => (response.socket as Socket).resetAndDestroy()
/** Promises more than it sends, and ends its half of the connection. */
const halfClose: Answer = (response) => {
  response.writeHead(200, { 'content-length': 100 })
  response.write('half')
  setImmediate(() => response.socket?.end())
}
/** The first bytes of a body that has no end. */
const trickle: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'text/plain' })
  response.write('a')
}
const status =
  (code: number, headers: Record<string, string> = {}, body = 'no'): Answer =>
  (response) => {
    response.writeHead(code, headers)
    response.end(body)
  }

/** The first bytes of a body that has no end, and whether its connection was ended. */
function closable(code: number, bytes: string) {
  let isClosed = false
  const answer: Answer = (response) => {
    response.on('close', () => {
      isClosed = true
    })
    response.writeHead(code)
    response.write(bytes)
  }
  return { answer, isClosed: () => isClosed }
}

const noPause = { retry: { backoff: constant(0) } } as const

/** A client that reads no clock but that of the test. */
function clientOf(options: ResilientFetchOptions = {}) {
  const clock = new TestClock()
  return { clock, client: resilientFetch({ clock, ...noPause, ...options }) }
}

const outcome = (promise: Promise<Response>) =>
  promise.then(
    (response) => response.status,
    (error) => error.code ?? error.name,
  )

describe('a client whose server fails', () => {
  test.each([429, 500, 502, 503, 504])(
    'tries again after %i, and gives the answer that comes then',
    async (code) => {
      const server = await serve(status(code), ok)
      const { client, clock } = clientOf()
      const response = await client(`${server.url}/items?page=2`)
      expect([response.status, await response.text(), server.requests.length]).toEqual([200, 'ok', 2])
      expect(server.requests[1]?.url).toBe('/items?page=2')
      expect(clock.pending).toBe(0)
    },
  )

  test.each([200, 204, 301, 400, 401, 404, 409, 501])('does not after %i', async (code) => {
    const server = await serve(status(code, {}, code === 204 ? '' : 'no'), ok)
    const { client } = clientOf()
    expect(await outcome(client(server.url, { redirect: 'manual' }))).toBe(code)
    expect(server.requests).toHaveLength(1)
  })

  test('returns the last answer, unread, where no attempt is left', async () => {
    const server = await serve(status(500, {}, 'first'), status(502, {}, 'second'), status(503, {}, 'third'))
    const { client } = clientOf()
    const response = await client(server.url)
    expect([response.status, await response.text(), server.requests.length]).toEqual([503, 'third', 3])
  })

  test.each(['POST', 'PATCH'])('sends a %s once', async (method) => {
    const server = await serve(status(503), ok)
    const { client } = clientOf()
    expect(await outcome(client(server.url, { method, body: 'a' }))).toBe(503)
    expect(server.requests).toHaveLength(1)
  })

  test.each(['GET', 'HEAD', 'OPTIONS', 'QUERY', 'PUT', 'DELETE'])('sends a %s again', async (method) => {
    const server = await serve(status(503), ok)
    const { client } = clientOf()
    expect(await outcome(client(server.url, { method }))).toBe(200)
    expect(server.requests.map((request) => request.method)).toEqual([method, method])
  })

  test.each<[string, () => NonNullable<RequestInit['body']>]>([
    ['a text', () => 'body'],
    ['bytes', () => new TextEncoder().encode('body')],
    ['a buffer', () => new TextEncoder().encode('body').buffer],
    ['a form', () => new URLSearchParams('body')],
    ['a blob', () => new Blob(['body'])],
  ])('sends a POST with an Idempotency-Key and %s again, whole', async (_, body) => {
    const server = await serve(status(503), reset, ok)
    const { client } = clientOf()
    const init = { method: 'POST', headers: { 'Idempotency-Key': 'k1' }, body: body() }
    expect(await outcome(client(server.url, init))).toBe(200)
    const sent = server.requests.map((request) => request.body.replace('=', ''))
    expect(sent).toEqual(['body', 'body', 'body'])
    expect(server.requests[2]?.headers['idempotency-key']).toBe('k1')
  })

  test('sends a POST whose Idempotency-Key is empty once', async () => {
    const server = await serve(status(503), ok)
    const { client } = clientOf()
    const init = { method: 'POST', headers: { 'Idempotency-Key': '' }, body: 'order' }
    expect(await outcome(client(server.url, init))).toBe(503)
    expect(server.requests.length).toBe(1)
  })

  test('sends a stream once, even in a PUT', async () => {
    const server = await serve(status(503), ok)
    const { client } = clientOf()
    const init = { method: 'PUT', body: new Blob(['streamed']).stream(), duplex: 'half' } as RequestInit
    expect(await outcome(client(server.url, init))).toBe(503)
    expect(server.requests.map(({ body }) => body)).toEqual(['streamed'])
  })

  test('takes a Request, and sends it again where it has no body', async () => {
    const server = await serve(status(503), ok)
    const { client } = clientOf()
    const request = new Request(server.url, { headers: { 'x-a': '1' } })
    expect(await outcome(client(request, { headers: { 'x-b': '2' } }))).toBe(200)
    expect(server.requests[1]?.headers).toMatchObject({ 'x-b': '2' })
    const put = new Request(server.url, { method: 'PUT', body: 'whole' })
    expect(await outcome(client(put))).toBe(200)
    expect(server.requests[2]).toMatchObject({ method: 'PUT', body: 'whole' })
  })

  test('sends a Request with a body once, for it is a stream, and a body in the options again', async () => {
    const server = await serve(status(503))
    const { client } = clientOf()
    const put = { method: 'PUT', body: 'whole' }
    expect(await outcome(client(new Request(server.url, put)))).toBe(503)
    expect(server.requests).toHaveLength(1)
    expect(await outcome(client(new Request(server.url, { method: 'PUT' }), put))).toBe(503)
    expect(server.requests.map(({ body }) => body)).toEqual(['whole', 'whole', 'whole', 'whole'])
  })

  test('takes a Request as the options, as fetch does: with its body, which is sent once', async () => {
    const server = await serve(status(503))
    const { client } = clientOf()
    const given = () =>
      new Request('http://a.test', { method: 'PUT', body: 'whole', headers: { 'x-a': '1' } })
    expect(await outcome(client(server.url, given()))).toBe(503)
    expect(server.requests).toMatchObject([{ method: 'PUT', body: 'whole', headers: { 'x-a': '1' } }])

    const both = await serve(ok)
    await client(new Request(both.url, { method: 'POST', body: 'another' }), given())
    expect(both.requests).toMatchObject([{ method: 'PUT', body: 'whole' }])

    const sent = given()
    await sent.text()
    await expect(client(server.url, sent)).rejects.toThrow('read or sent before')
  })

  test('takes options of any class', async () => {
    const server = await serve(ok)
    const { client } = clientOf()
    class Options {
      get method() {
        return 'POST'
      }
      get body() {
        return 'whole'
      }
    }
    await client(server.url, new Options())
    expect(server.requests).toMatchObject([{ method: 'POST', body: 'whole' }])
  })

  test('a fetch that adds to the headers adds to those of its own attempt', async () => {
    const seen: (string | null)[] = []
    const { client } = clientOf({
      fetch: async (_, init) => {
        const headers = init?.headers as Headers
        headers.append('x-trace', 'a')
        seen.push(headers.get('x-trace'))
        return new Response('', { status: 503 })
      },
    })
    await client('http://a.test')
    expect(seen).toEqual(['a', 'a', 'a'])
  })

  test('takes null where fetch does: for the options, and for the signal in place of that of a Request', async () => {
    const server = await serve(ok)
    const { client } = clientOf()
    expect(await outcome(client(server.url, null as never))).toBe(200)
    const { signal } = new AbortController()
    const given = new Request(server.url, { signal: AbortSignal.abort() })
    expect(await outcome(client(given))).toBe(20)
    expect(await outcome(client(given, { signal: null }))).toBe(200)
    expect(await outcome(client(given, { signal }))).toBe(200)
  })

  test('takes the signal of a polyfill', async () => {
    const { client } = clientOf({ fetch: async () => new Response('') })
    const signalOf = (aborted: boolean) =>
      Object.assign(new EventTarget(), { aborted, reason: new Error('gone') })
    expect(await outcome(client('http://a.test', { signal: signalOf(false) as never }))).toBe(200)
    await expect(client('http://a.test', { signal: signalOf(true) as never })).rejects.toThrow('gone')
  })

  test('tries again after an answer that is no HTTP, which is a failure', async () => {
    const server = await serve((response) => response.socket?.end('SSH-2.0-OpenSSH\r\n'), ok)
    const { client } = clientOf()
    expect([await outcome(client(server.url)), server.requests.length]).toEqual([200, 2])
    expect(client.breakers?.get(new URL(server.url).host).stats).toMatchObject({ failures: 1, successes: 1 })
  })

  test('connects anew after a reset', async () => {
    const server = await serve(reset, ok)
    const { client } = clientOf()
    expect(await outcome(client(server.url))).toBe(200)
  })

  test('rethrows the last connection error, and a POST is not sent again after one', async () => {
    const server = await serve(reset)
    const { client } = clientOf()
    const error = await client(server.url).catch((thrown) => thrown)
    expect([error instanceof TypeError, error.cause.code, server.requests.length]).toEqual([
      true,
      expect.stringMatching(/ECONNRESET|UND_ERR_SOCKET/),
      3,
    ])
    await client(server.url, { method: 'POST' }).catch(() => {})
    expect(server.requests).toHaveLength(4)
  })

  test('a server that is not there is a connection error', async () => {
    const server = await serve(ok)
    await Promise.all(closing.splice(0).map((close) => close()))
    const { client } = clientOf()
    const error = await client(server.url).catch((thrown) => thrown)
    expect(error.cause.code).toBe('ECONNREFUSED')
  })

  test('retry: false sends once, and a budget is heeded', async () => {
    const server = await serve(status(503))
    expect(await outcome(clientOf({ retry: false }).client(server.url))).toBe(503)
    expect(server.requests).toHaveLength(1)
    const budget = retryBudget({ ratio: 0, minPerSecond: 1, clock: new TestClock() })
    const { client } = clientOf({ retry: { backoff: constant(0), budget } })
    await client(server.url)
    await client(server.url)
    expect(server.requests).toHaveLength(1 + 2 + 1)
  })
})

describe('a client that is told when to come again', () => {
  test.each<[string, (clock: TestClock) => string]>([
    ['in seconds', () => '7'],
    ['as a date', (clock) => new Date(clock.now() + 7_000).toUTCString()],
  ])('waits as long as Retry-After says %s', async (_, header) => {
    const clock = new TestClock()
    const server = await serve(status(503, { 'retry-after': header(clock) }), ok)
    const { client } = clientOf({ clock })
    const call = outcome(client(server.url))
    await server.received(1)
    await until(() => clock.pendingTimers.some(({ name }) => name === 'retry'))
    await clock.advance(6_999)
    expect(server.requests).toHaveLength(1)
    await clock.advance(1)
    expect([await call, server.requests.length]).toEqual([200, 2])
  })

  test('returns the answer at once where that is longer than it may wait', async () => {
    const server = await serve(status(429, { 'retry-after': '3600' }))
    const { client } = clientOf()
    expect([await outcome(client(server.url)), server.requests.length]).toEqual([429, 1])
  })
})

describe('a client whose next attempt could not begin within its time', () => {
  test.each<[string, number, ResilientFetchOptions]>([
    ['Retry-After says later', 429, { timeout: '6s' }],
    ['Retry-After says just then', 429, { timeout: '7s' }],
    ['the backoff is longer', 503, { timeout: '9s', retry: { backoff: constant('10s') } }],
    ['maxElapsed says more', 429, { timeout: '6s', retry: { maxElapsed: '1m' } }],
    ['maxElapsed says less', 429, { timeout: '1m', retry: { maxElapsed: '6s' } }],
  ])('returns the answer that there is: %s', async (_, code, options) => {
    const server = await serve(status(code, { 'retry-after': '7' }, 'slow down'))
    const { client, clock } = clientOf(options)
    const response = await client(server.url)
    expect([response.status, await response.text()]).toEqual([code, 'slow down'])
    expect([server.requests.length, clock.pending]).toEqual([1, 0])
  })

  test('makes it where it just can', async () => {
    const server = await serve(status(429, { 'retry-after': '7' }), ok)
    const { client, clock } = clientOf({ timeout: 7_001 })
    const call = outcome(client(server.url))
    await until(() => clock.pendingTimers.some(({ name }) => name === 'retry'))
    await clock.advance('7s')
    expect(await call).toBe(200)
  })

  test.each([-1, 'soon', null])('refuses a maxElapsed that is no duration: %s', (maxElapsed) => {
    const retry = { maxElapsed } as ResilientFetchOptions['retry']
    expect(() => clientOf({ retry })).toThrow('maxElapsed must be')
  })
})

test('the pause before another attempt is scattered by random', async () => {
  const server = await serve(status(503), ok)
  const { client, clock } = clientOf({ retry: { backoff: exponential({ base: '1s' }) }, random: () => 0.25 })
  const call = outcome(client(server.url))
  await until(() => clock.pendingTimers.some(({ name }) => name === 'retry'))
  expect(clock.pendingTimers.find(({ name }) => name === 'retry')?.dueIn).toBe(250)
  await clock.advance(250)
  expect(await call).toBe(200)
})

describe('a client whose server hangs', () => {
  test('gives up on an attempt, and tries again', async () => {
    const server = await serve(hang, ok)
    const { client, clock } = clientOf({ attemptTimeout: '2s' })
    const call = outcome(client(server.url))
    await server.received(1)
    await clock.advance('2s')
    expect([await call, server.requests.length]).toEqual([200, 2])
    expect(clock.pending).toBe(0)
  })

  test('gives up on the call after its time in all, whatever attempts are left', async () => {
    const server = await serve(hang)
    const { client, clock } = clientOf({ timeout: '5s', attemptTimeout: '2s', name: 'users' })
    const call = client(server.url).catch((error) => error)
    for (let attempt = 1; attempt <= 3; attempt++) {
      await server.received(attempt)
      await clock.advance(attempt < 3 ? '2s' : '1s')
    }
    const error = await call
    expect(error).toMatchObject({ code: 'TIMEOUT', details: { name: 'users', timeout: 5_000 } })
    expect(clock.pending).toBe(0)
    await until(async () => (await server.connections()) === 0)
  })

  test('stops at the deadline in context, and a deadline that has passed sends nothing', async () => {
    const server = await serve(hang)
    const { client, clock } = clientOf()
    const call = runInContext([[deadline, clock.now() + 300]], () => outcome(client(server.url)))
    await server.received(1)
    await clock.advance(300)
    expect(await call).toBe('TIMEOUT')
    const late = runInContext([[deadline, clock.now()]], () => outcome(client(server.url)))
    expect([await late, server.requests.length, clock.pending]).toEqual(['TIMEOUT', 1, 0])
    expect([...(client.breakers?.entries() ?? [])][0]?.[1].stats.failures).toBe(0)
  })

  test("the caller's abort ends it at once, with its reason, and is no failure", async () => {
    const server = await serve(hang)
    const { client, clock } = clientOf()
    const controller = new AbortController()
    const call = client(server.url, { signal: controller.signal }).catch((error) => error)
    await server.received(1)
    const reason = new Error('not wanted')
    controller.abort(reason)
    expect(await call).toBe(reason)
    expect([clock.pending, getEventListeners(controller.signal, 'abort').length]).toEqual([0, 0])
    expect(client.breakers?.get(new URL(server.url).host).stats).toMatchObject({ failures: 0, ignored: 1 })
    await until(async () => (await server.connections()) === 0)
    expect(await outcome(client(server.url, { signal: AbortSignal.abort() }))).toBe(20)
    expect(server.requests).toHaveLength(1)
  })
})

describe('a client that gives up on a call', () => {
  test('tells of it once, also where the body is too slow', async () => {
    const server = await serve(hang, trickle)
    const { client, clock } = clientOf({ name: 'users', timeout: '5s' })
    const told = await timeoutsOf(async () => {
      const call = outcome(client(server.url))
      await server.received(1)
      await clock.advance('5s')
      expect(await call).toBe('TIMEOUT')
      const text = (await client(server.url)).text().catch((error) => error.code)
      await clock.advance('5s')
      expect(await text).toBe('TIMEOUT')
    })
    const each = { name: 'users', timeout: 5_000 }
    expect(told).toEqual([each, each])
  })

  test('tells of each attempt and of the call', async () => {
    const server = await serve(hang)
    const { client, clock } = clientOf({ timeout: '3s', attemptTimeout: '2s' })
    const told = await timeoutsOf(async () => {
      const call = outcome(client(server.url))
      await server.received(1)
      await clock.advance('2s')
      await server.received(2)
      await clock.advance('1s')
      expect(await call).toBe('TIMEOUT')
    })
    expect(told).toEqual([
      { name: 'http-client', timeout: 2_000 },
      { name: 'http-client', timeout: 3_000 },
    ])
  })

  test('tells of a deadline in context, and not of the abort of a caller or a call in time', async () => {
    const server = await serve(hang, trickle, ok)
    const { client, clock } = clientOf({ timeout: '5s' })
    const told = await timeoutsOf(async () => {
      const within = (time: number) =>
        runInContext([[deadline, clock.now() + time]], () => outcome(client(server.url)))
      const call = within(300)
      await server.received(1)
      await clock.advance(300)
      expect([await call, await within(0)]).toEqual(['TIMEOUT', 'TIMEOUT'])
      const controller = new AbortController()
      const response = await client(server.url, { signal: controller.signal })
      controller.abort()
      await expect(response.text()).rejects.toThrow('aborted')
      await (await client(server.url)).text()
      await clock.advance('1m')
    })
    expect(told.map(({ timeout }) => timeout)).toEqual([300, 0])
  })
})

test('whatever is sent, nothing is left on the signal of the caller', async () => {
  const server = await serve(status(503), ok)
  const { client } = clientOf()
  const { signal } = new AbortController()
  for (const init of [{}, { method: 'PUT', body: 'a' }, { method: 'POST', body: 'a' }])
    await (await client(server.url, { ...init, signal })).text()
  await (await client(new Request(server.url), { signal })).text()
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})

describe('a client whose server sends half a body', () => {
  test('a body that is cut off is an error of the body, and leaves nothing', async () => {
    const server = await serve(halfClose)
    const { client, clock } = clientOf()
    const response = await client(server.url)
    await expect(response.text()).rejects.toThrow()
    expect(clock.pending).toBe(0)
  })

  test("a body that trickles ends with the call's time, and so does its connection", async () => {
    const server = await serve(trickle)
    const { client, clock } = clientOf({ timeout: '5s' })
    const response = await client(server.url)
    const text = response.text().catch((error) => error.code)
    await clock.advance('5s')
    expect(await text).toBe('TIMEOUT')
    await until(async () => (await server.connections()) === 0)
  })

  test('so does one that nobody reads, without keeping the process alive', async () => {
    const server = await serve(trickle)
    const { client, clock } = clientOf({ timeout: '5s' })
    await client(server.url)
    expect([clock.pending, await server.connections()]).toEqual([0, 1])
    await clock.advance('5s')
    await until(async () => (await server.connections()) === 0)
  })

  test("the caller's abort ends a body, too", async () => {
    const server = await serve(trickle)
    const { client } = clientOf()
    const controller = new AbortController()
    const response = await client(server.url, { signal: controller.signal })
    const text = response.text().catch((error) => error)
    const reason = new Error('not wanted')
    controller.abort(reason)
    expect(await text).toBe(reason)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
    await until(async () => (await server.connections()) === 0)
  })

  test('also where it is that of a Request that nobody holds any more', async () => {
    const server = await serve(trickle)
    const { client } = clientOf()
    const controller = new AbortController()
    const begin = () => client(new Request(server.url, { signal: controller.signal }))
    const text = (await begin()).text().catch((error) => error)
    for (let round = 0; round < 3; round++) {
      // What a turn has touched is kept until its end.
      await new Promise((resolve) => setImmediate(resolve))
      collectGarbage()
    }
    const reason = new Error('not wanted')
    controller.abort(reason)
    expect(await text).toBe(reason)
  })

  test('a body that its reader cancels gives its connection back', async () => {
    const server = await serve(trickle)
    const { client, clock } = clientOf()
    const response = await client(server.url)
    await response.body?.cancel()
    expect(clock.pending).toBe(0)
    await until(async () => (await server.connections()) === 0)
  })

  test('a trickling answer that is not returned is cut off after a second', async () => {
    const endless = closable(503, 'a')
    const server = await serve(endless.answer, ok)
    const { client, clock } = clientOf()
    const response = await client(server.url)
    expect([await response.text(), endless.isClosed()]).toEqual(['ok', false])
    await clock.advance('1s')
    await until(endless.isClosed)
  })

  test('so is one whose caller gives up in the pause after it', async () => {
    const endless = closable(503, 'a')
    const server = await serve(endless.answer)
    const { client, clock } = clientOf({ retry: { backoff: constant('10s') } })
    const controller = new AbortController()
    const call = outcome(client(server.url, { signal: controller.signal }))
    await until(() => clock.pendingTimers.some(({ name }) => name === 'retry'))
    controller.abort()
    expect([await call, clock.pending]).toEqual([20, 0])
    await clock.advance('1s')
    await until(endless.isClosed)
  })

  test('answers that are not returned and are small give their connection to the next attempt', async () => {
    const sockets = new Set<unknown>()
    const remember =
      (answer: Answer): Answer =>
      (response, request) => {
        sockets.add(request.socket)
        answer(response, request)
      }
    const server = await serve(remember(status(503, {}, 'x'.repeat(10_000))), remember(ok))
    const { client } = clientOf({ retry: { maxAttempts: 2, backoff: constant(0) } })
    for (let call = 0; call < 20; call++) await (await client(server.url)).text()
    expect(sockets.size).toBeLessThan(4)
  })

  test('an answer that is not returned and is large is cut off at once', async () => {
    const large = closable(503, 'x'.repeat(5_000_000))
    const server = await serve(large.answer, ok)
    const { client } = clientOf()
    expect(await (await client(server.url)).text()).toBe('ok')
    await until(large.isClosed)
  })
})

describe('the response of a client', () => {
  test('is like that of fetch: url, headers, redirected, clone, and every way to read it', async () => {
    const answer = status(200, { 'content-type': 'application/json', 'set-cookie': 'a=1' }, '{"a":1}')
    const server = await serve(status(302, { location: '/moved' }), answer)
    const { client } = clientOf()
    const response = await client(`${server.url}/old`)
    expect([response.url, response.redirected, response.type, response.ok]).toEqual([
      `${server.url}/moved`,
      true,
      'basic',
      true,
    ])
    expect(response.headers.getSetCookie()).toEqual(['a=1'])
    const copy = response.clone()
    expect([await response.json(), await copy.text(), copy.url]).toEqual([{ a: 1 }, '{"a":1}', response.url])
    expect((await (await client(server.url)).arrayBuffer()).byteLength).toBe(7)
  })

  test.each(['确定', 'a\u0001b'])(
    'has the reason phrase that fetch has, also one that no Response may be given: %j',
    async (phrase) => {
      const raw: Answer = ({ socket }) => socket?.end(`HTTP/1.1 200 ${phrase}\r\nContent-Length: 2\r\n\r\nok`)
      const server = await serve(raw)
      const { client, clock } = clientOf()
      const response = await client(server.url)
      const copy = response.clone()
      expect([response.statusText, copy.statusText, await response.text(), await copy.text()]).toEqual([
        (await fetch(server.url)).statusText,
        phrase,
        'ok',
        'ok',
      ])
      expect(clock.pending).toBe(0)
    },
  )

  test('a large body comes whole, also through a reader of bytes', async () => {
    const server = await serve(status(200, {}, 'x'.repeat(3_000_000)))
    const { client, clock } = clientOf()
    expect((await (await client(server.url)).text()).length).toBe(3_000_000)
    const reader = (await client(server.url)).body?.getReader({ mode: 'byob' })
    let bytes = 0
    for (;;) {
      const chunk = await reader?.read(new Uint8Array(100_000))
      if (chunk === undefined || chunk.done) break
      bytes += chunk.value.byteLength
    }
    expect([bytes, clock.pending]).toEqual([3_000_000, 0])
  })

  const bytes = (text: string) => new TextEncoder().encode(text)
  const given = (...chunks: Uint8Array[]) => {
    const start = (controller: ReadableStreamDefaultController) => {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    }
    return new Response(new ReadableStream({ start }))
  }

  test.each([
    ['of a pool', [Buffer.from('hello'), Buffer.from(' you')]],
    ['a part of their memory', [bytes('_hello you_').subarray(1, -1)]],
    ['empty in part', [bytes(''), bytes('hello'), bytes(''), bytes(''), bytes(' you'), bytes('')]],
  ])('comes whole from a fetch whose chunks are %s', async (_, chunks) => {
    const { client } = clientOf({ fetch: async () => given(...chunks) })
    expect(await (await client('http://a.test/')).text()).toBe('hello you')
  })

  test('leaves a chunk that a cache holds as it was', async () => {
    const cached = bytes('cached')
    const { client } = clientOf({ fetch: async () => given(cached) })
    const texts = [
      await (await client('http://a.test/')).text(),
      await (await client('http://a.test/')).text(),
    ]
    expect([texts, cached.byteLength]).toEqual([['cached', 'cached'], 6])
  })

  test('fails where a chunk is no bytes, and leaves nothing', async () => {
    const cancel = vi.fn()
    const body = new ReadableStream({ start: (controller) => controller.enqueue('text'), cancel })
    const { client } = clientOf({ fetch: async () => new Response(body) })
    const { signal } = new AbortController()
    const response = await client('http://a.test/', { signal })
    await expect(response.text()).rejects.toThrow(TypeError)
    expect([cancel.mock.calls.length, getEventListeners(signal, 'abort').length]).toEqual([1, 0])
  })

  test('ends with its time where a fetch gives empty chunks for ever', async () => {
    const pull = async (controller: ReadableStreamDefaultController) => {
      await systemClock.sleep(0)
      controller.enqueue(bytes(''))
    }
    const { client, clock } = clientOf({ fetch: async () => new Response(new ReadableStream({ pull })) })
    const text = client('http://a.test/').then((response) => response.text())
    const code = text.catch((error) => error.code)
    await clock.advance('30s')
    expect(await code).toBe('TIMEOUT')
  })

  test('what a fetch gives without a body is passed on', async () => {
    const answer = new Response(null, { status: 204 })
    const { client, clock } = clientOf({ fetch: async () => answer })
    expect([await client('http://a.test/'), clock.pending]).toEqual([answer, 0])
  })

  test.each([204, 205, 304])(
    'a %i is passed on with the empty body that Chromium gives it',
    async (status) => {
      const answer = new Response(null, { status })
      const body = new ReadableStream({ start: (controller) => controller.close() })
      Object.defineProperty(answer, 'body', { value: body })
      const { client, clock } = clientOf({ fetch: async () => answer })
      expect([await client('http://a.test/'), clock.pending]).toEqual([answer, 0])
    },
  )
})

describe('a breaker per host', () => {
  test('stops calls to a host that fails, and to no other', async () => {
    const bad = await serve(status(500))
    const good = await serve(ok)
    const { client } = clientOf({ retry: false, breaker: { failureThreshold: 2 } })
    const codes = [
      await outcome(client(bad.url)),
      await outcome(client(bad.url)),
      await outcome(client(bad.url)),
    ]
    expect(codes).toEqual([500, 500, 'CIRCUIT_OPEN'])
    expect([bad.requests.length, await outcome(client(good.url)), client.breakers?.size]).toEqual([2, 200, 2])
    expect(client.breakers?.get(new URL(bad.url).host).state).toBe('open')
  })

  test('that opens between two attempts leaves the answer before it, which can still be read', async () => {
    const server = await serve(status(503, {}, 'the answer'))
    const { client } = clientOf({ breaker: { failureThreshold: 1 } })
    const response = await client(server.url)
    expect([response.status, await response.text(), server.requests.length]).toEqual([503, 'the answer', 1])
  })

  test('counts calls that ended with their time, and not answers below 500', async () => {
    const server = await serve(hang)
    const { client, clock } = clientOf({ timeout: '1s', breaker: { failureThreshold: 1 } })
    const call = outcome(client(server.url, { method: 'POST' }))
    await server.received(1)
    await clock.advance('1s')
    expect([await call, await outcome(client(server.url))]).toEqual(['TIMEOUT', 'CIRCUIT_OPEN'])
    const busy = await serve(status(429))
    const polite = clientOf({ retry: false, breaker: { failureThreshold: 1 } }).client
    expect([await outcome(polite(busy.url)), await outcome(polite(busy.url))]).toEqual([429, 429])
  })

  test('is named after its host, and after its client, where that has a name', async () => {
    const fetch = async () => new Response('', { status: 500 })
    const circuits = ['ledger', 'fx', undefined].map(async (name) => {
      const { client } = clientOf({ name, fetch, retry: false, breaker: { failureThreshold: 1 } })
      await client('https://bank.test:8443/')
      const { message, details } = await client('https://bank.test:8443/').catch((error) => error)
      return [client.breakers?.get('bank.test:8443').name, details.name, message.split(' is ')[0]]
    })
    const named = (name: string) => [name, name, `Circuit '${name}'`]
    expect(await Promise.all(circuits)).toEqual(
      ['ledger/bank.test:8443', 'fx/bank.test:8443', 'bank.test:8443'].map(named),
    )
  })

  test('says in telemetry which host it is of, as one of your own does not', async () => {
    const told: unknown[] = []
    const channels = ['stateChange', 'rejected'].map((event) => `base:resilience:circuit-breaker:${event}`)
    const listen = (message: unknown) => told.push(message)
    for (const channel of channels) subscribe(channel, listen)
    const fetch = async () => new Response('', { status: 500 })
    const { client } = clientOf({ name: 'ledger', fetch, retry: false, breaker: { failureThreshold: 1 } })
    for (let call = 0; call < 2; call++) await client('https://bank.test:8443/').catch(() => {})
    const own = new CircuitBreaker({ name: 'own/bank.test' })
    own.isolate()
    for (const channel of channels) unsubscribe(channel, listen)
    const bank = { name: 'ledger/bank.test:8443', host: 'bank.test:8443' }
    expect(told).toMatchObject([bank, bank, { name: 'own/bank.test' }])
    expect(told[2]).not.toHaveProperty('host')
    const read = readDiagnosticsSources().get('base:resilience:circuit-breaker') ?? []
    const hostOf = (name: string) => read.find(({ reading }) => reading['name'] === name)?.reading['host']
    expect([hostOf(bank.name), hostOf(own.name)]).toEqual([bank.host, undefined])
    expect(client.breakers?.size).toBe(1)
  })

  test('keeps no more than it may, and can be left out', async () => {
    const answer = async () => new Response('ok')
    const { client } = clientOf({ fetch: answer, breaker: { maxBreakers: 3 } })
    for (let host = 0; host < 50; host++) await client(`http://h${host}.test/`)
    expect(client.breakers?.size).toBe(3)
    expect(clientOf({ breaker: false }).client.breakers).toBeUndefined()
  })

  describe('does not count an upload that its sender broke off', () => {
    const brokenOff = Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
    const web = () => new ReadableStream({ pull: (controller) => controller.error(brokenOff) })
    const nodes = () =>
      new Readable({
        read() {
          this.destroy(brokenOff)
        },
      })
    const init = (body: unknown) => ({ method: 'POST', body, duplex: 'half' }) as RequestInit

    test.each<[string, (url: string) => [string | Request, RequestInit?]]>([
      ['a stream', (url) => [url, init(web())]],
      ['a stream of Node', (url) => [url, init(nodes())]],
      ['a Request', (url) => [new Request(url, init(web()))]],
    ])('as %s', async (_, of) => {
      const server = await serve(ok)
      const { client } = clientOf()
      const [input, options] = of(server.url)
      expect((await client(input, options).catch((error) => error)).cause).toBe(brokenOff)
      expect(client.breakers?.get(new URL(server.url).host).stats).toMatchObject({ failures: 0, ignored: 1 })
    })

    test('but one that the server breaks off', async () => {
      const server = await serve(reset)
      const { client } = clientOf()
      const body = new ReadableStream({ start: (controller) => controller.close() })
      await client(server.url, init(body)).catch(() => {})
      expect(client.breakers?.get(new URL(server.url).host).stats).toMatchObject({ failures: 1 })
    })
  })

  test('counts neither a request that is wrong in itself nor a fault of ours', async () => {
    const fetch = async () => {
      throw new RangeError('a mistake')
    }
    const { client } = clientOf({ fetch, breaker: { failureThreshold: 1 } })
    await expect(client('http://a.test/', { body: 'x' })).rejects.toThrow(TypeError)
    await expect(client('http://a.test/', { method: 'PUT' })).rejects.toThrow('a mistake')
    expect(client.breakers?.get('a.test').stats).toMatchObject({ failures: 0, ignored: 1 })
  })
})

describe('a request whose length is said', () => {
  test.each(['3', '5', '9'])('is sent whole with its own, and not with %s', async (length) => {
    const server = await serve(ok)
    const { client } = clientOf()
    const headers = { 'content-length': length }
    expect(await outcome(client(server.url, { method: 'POST', body: 'Größe', headers }))).toBe(200)
    expect(server.requests[0]).toMatchObject({ body: 'Größe', headers: { 'content-length': '7' } })
  })

  test('has it where the body is a stream, whose length nobody else knows', async () => {
    const server = await serve(ok)
    const body = new Blob(['stream']).stream()
    const init = { method: 'POST', body, duplex: 'half', headers: { 'content-length': '6' } } as RequestInit
    expect(await outcome(clientOf().client(server.url, init))).toBe(200)
    expect(server.requests[0]?.headers).toMatchObject({ 'content-length': '6' })
  })
})

describe('a request that is wrong in itself', () => {
  const url = 'http://a.test/'
  const post = () => new Request(url, { method: 'POST', body: 'x' })
  const used = async () => {
    const request = post()
    await request.text()
    return request
  }
  const readStream = new Blob(['x']).stream()
  const goneStream = new Readable({ read: () => {} }).destroy()
  beforeAll(async () => {
    for await (const _ of readStream) break
  })
  const read = () => {
    const request = post()
    request.body?.getReader()
    return request
  }

  test.each<[string, () => string | Request | Promise<Request>, RequestInit?]>([
    ['a Request that was sent before', used],
    ['a Request that was sent before, with other headers', used, { headers: { 'x-a': '1' } }],
    ['a Request that somebody reads', read],
    ['a Request, and a method that fetch forbids', () => new Request(url), { method: 'TRACE' }],
    ['a Request without a body, and one in a GET', () => new Request(url), { body: 'x' }],
    ['a Request with a body, as a GET', post, { method: 'GET' }],
    ['a Request, and a stream without duplex', post, { body: new ReadableStream() }],
    ['a stream without duplex', () => url, { method: 'POST', body: new ReadableStream() }],
    ['a stream in a GET', () => url, { body: new ReadableStream(), duplex: 'half' } as RequestInit],
    ['a stream that was read', () => url, { method: 'PUT', body: readStream, duplex: 'half' } as RequestInit],
    ["Node's stream that is gone", () => url, { method: 'PUT', body: goneStream, duplex: 'half' } as object],
  ])('is refused at once, and no breaker hears of it: %s', async (_, input, init) => {
    const fetch = vi.fn(globalThis.fetch)
    const { client } = clientOf({ fetch })
    const request = await input()
    await expect(client(request, init)).rejects.toThrow(TypeError)
    expect([fetch.mock.calls.length, client.breakers?.size]).toEqual([0, 0])
  })

  test("nor of Node's stream without duplex, which a fetch of another library may take", async () => {
    const init = () => ({ method: 'PUT', body: Readable.from(['x']) }) as object
    const { client } = clientOf()
    await expect(client(url, init())).rejects.toThrow(TypeError)
    expect(client.breakers?.size).toBe(0)
    const other = vi.fn(async () => new Response())
    expect(await outcome(clientOf({ fetch: other }).client(url, init()))).toBe(200)
  })

  test.each<[string, RequestInit]>([
    ['headers', { headers: { 'x-a': '1' } }],
    ['another method', { method: 'PUT' }],
    ['how to cache', { cache: 'only-if-cached' }],
  ])('is not a Request with a body and %s besides: it is sent whole', async (_, init) => {
    const server = await serve(ok)
    const request = new Request(server.url, { method: 'POST', body: 'whole', mode: 'same-origin' })
    expect(await outcome(clientOf().client(request, init))).toBe(200)
    expect(server.requests[0]).toMatchObject({ method: init.method ?? 'POST', body: 'whole' })
  })

  test.each<[unknown]>([['POST'], [5], [new AbortController().signal], [[]]])(
    'has options that are none: %s',
    async (init) => {
      const fetch = vi.fn(async () => new Response(''))
      const { client } = clientOf({ fetch })
      const message = '@base/resilience resilientFetch: init must be an object'
      await expect(client('http://a.test', init as never)).rejects.toThrow(message)
      expect([fetch.mock.calls.length, client.breakers?.size]).toEqual([0, 0])
    },
  )

  test('is not a Request that was sent before with a new body', async () => {
    const server = await serve(ok)
    const request = new Request(server.url, { method: 'POST', body: 'old' })
    const { client } = clientOf()
    await client(request)
    expect(await outcome(client(request, { body: 'new' }))).toBe(200)
    expect(server.requests.map(({ body }) => body)).toEqual(['old', 'new'])
  })

  test.each([undefined, 'http://a.test/'])('is a URL with credentials, with the base %s', async (baseUrl) => {
    const fetch = vi.fn(globalThis.fetch)
    const { client } = clientOf({ fetch, baseUrl })
    for (const input of ['http://user:hunter2@a.test/', 'http://user@a.test/', 'http://:hunter2@a.test/']) {
      const error = await client(input).catch((thrown) => thrown)
      expect(error).toMatchObject({ code: 'INVALID_OPTION' })
      expect(`${error.message}${JSON.stringify(error.details)}`).not.toContain('hunter2')
    }
    expect([fetch.mock.calls.length, client.breakers?.size]).toEqual([0, 0])
  })
})

describe('a fetch with a limit of its own', () => {
  const tooSlow = new DOMException('too slow', 'TimeoutError')

  test('is tried again when it was too slow, and each time is a failure', async () => {
    const fetch = vi.fn(() => Promise.reject(tooSlow))
    const { client } = clientOf({ fetch })
    await expect(client('http://a.test/')).rejects.toBe(tooSlow)
    expect(fetch).toHaveBeenCalledTimes(3)
    expect(client.breakers?.get('a.test').stats).toMatchObject({ failures: 3 })
  })

  test.each<[string, (signal: AbortSignal) => [string | Request, RequestInit?]]>([
    ['in the init', (signal) => ['http://a.test/', { signal }]],
    ['of a Request', (signal) => [new Request('http://a.test/', { signal })]],
  ])("is not what ends with the caller's, by a signal %s", async (_, of) => {
    const fetch = vi.fn(
      (_input: unknown, init?: RequestInit) =>
        new Promise<never>((_resolve, reject) =>
          init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
        ),
    )
    const { client } = clientOf({ fetch: fetch as typeof globalThis.fetch })
    const controller = new AbortController()
    const call = client(...of(controller.signal)).catch((error) => error)
    controller.abort(tooSlow)
    expect([await call, fetch.mock.calls.length]).toEqual([tooSlow, 1])
    expect(client.breakers?.get('a.test').stats).toMatchObject({ failures: 0, ignored: 1 })
  })
})

describe('what a client sends along', () => {
  const trace: TraceContext = {
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    tracestate: 'a=1',
  }
  const sent = async (options: ResilientFetchOptions, headers: Record<string, string>, id: string) => {
    const server = await serve(ok)
    const { client } = clientOf(options)
    const call = () => client(server.url, { headers })
    await runInContext(
      [
        [correlationId, id],
        [traceContext, trace],
      ],
      call,
    )
    return server.requests[0]?.headers
  }

  test('are the correlation id and the trace in context', async () => {
    const headers = await sent({}, {}, 'req-7')
    expect(headers).toMatchObject({ 'x-correlation-id': 'req-7', ...trace })
  })

  test('unless the caller has said them, or they are turned off', async () => {
    const own = { 'x-correlation-id': 'mine', traceparent: '00-own' }
    const headers = await sent({}, own, 'req-7')
    expect(headers).toMatchObject(own)
    expect(headers).not.toHaveProperty('tracestate')
    expect(await sent({ correlationHeader: false }, {}, 'a')).not.toHaveProperty('x-correlation-id')
    expect(await sent({ correlationHeader: 'x-request-id' }, {}, 'a')).toHaveProperty('x-request-id', 'a')
  })

  test('and nothing that could end the header', async () => {
    expect(await sent({}, {}, 'a\r\nx-admin: 1')).not.toHaveProperty('x-correlation-id')
  })

  test('nothing without a context', async () => {
    const server = await serve(ok)
    await clientOf().client(server.url)
    expect(Object.keys(server.requests[0]?.headers ?? {})).not.toContain('x-correlation-id')
  })
})

describe('a base URL', () => {
  const called = async (baseUrl: string, input: string | URL) => {
    let url = ''
    const fetch = async (target: unknown) => {
      url = String(target)
      return new Response('ok')
    }
    await clientOf({ baseUrl, fetch: fetch as typeof globalThis.fetch }).client(input)
    return url
  }

  test.each<[string, string | URL, string]>([
    ['https://a.test', 'users', 'https://a.test/users'],
    ['https://a.test/v1', 'users?q=1', 'https://a.test/v1/users?q=1'],
    ['https://a.test/v1', '/users', 'https://a.test/v1/users'],
    ['https://a.test/v1/', '//evil.test/x', 'https://a.test/v1/evil.test/x'],
    ['https://a.test/v1', '\\\\evil.test', 'https://a.test/v1/evil.test'],
    ['https://a.test/v1', '?q=1', 'https://a.test/v1/?q=1'],
    ['https://a.test/v1', 'https://a.test/v1/users', 'https://a.test/v1/users'],
    ['https://a.test/v1', new URL('https://a.test/v1/users'), 'https://a.test/v1/users'],
    ['https://a.test/v1', 'a:b', 'refused'],
    ['https://a.test/v1', 'https://evil.test/v1/users', 'refused'],
    ['https://a.test/v1', 'http://a.test/v1/users', 'refused'],
    ['https://a.test/v1', 'https://a.test@evil.test/v1/', 'refused'],
    ['https://a.test/v1', '../admin', 'refused'],
    ['https://a.test/v1', '%2e%2e/admin', 'refused'],
    ['https://a.test/v1', '/\t/../admin', 'refused'],
    ['https://a.test/v1', 'file:///etc/passwd', 'refused'],
  ])('%s and %s are %s', async (base, input, expected) => {
    const url = await called(base, input).catch((error) =>
      error.code === 'INVALID_OPTION' ? 'refused' : error,
    )
    expect(url).toBe(expected)
  })

  test.each([undefined, null, 7, {}])('%s is no input, with a base or without', async (input) => {
    for (const { client } of [clientOf(), clientOf({ baseUrl: 'https://a.test' })])
      await expect(client(input as never)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })

  test.each(['/users', 'file:///etc/passwd', ''])('without one %s is refused', async (input) => {
    await expect(clientOf().client(input)).rejects.toThrow('input must be an absolute http or https URL')
  })

  test.each([
    ['/users/7?token=hunter2#hunter2', '/users/7'],
    ['ftp://anna:hunter2@a.test/users', 'ftp://a.test/users'],
    ['anna:hunter2@a.test/users', 'a.test/users'],
    ['http://anna:hunter#2@a.test/users', 'http://a.test/users'],
    ['http://anna:hunter?2@a.test/users', 'http://a.test/users'],
    ['http://anna:hunter/2@a.test/users', 'http://a.test/users'],
    ['ftp:///anna:hunter2@a.test/users?at=@hunter2', 'ftp://hunter2'],
  ])('%s is shown as %s, and the remedy is named', async (input, shown) => {
    await expect(clientOf().client(input)).rejects.toThrow(
      `@base/resilience resilientFetch: input must be an absolute http or https URL, or relative to a baseUrl, received "${shown}".`,
    )
  })
})

describe('problems', () => {
  const problem = (code: number, members: object | string, type = 'application/problem+json'): Answer =>
    status(
      code,
      { 'content-type': type, 'retry-after': '9' },
      typeof members === 'string' ? members : JSON.stringify(members),
    )

  test.each([
    [400, 'invalid'],
    [401, 'unauthenticated'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [409, 'conflict'],
    [410, 'not_found'],
    [418, 'invalid'],
    [422, 'invalid'],
    [501, 'unsupported'],
    [599, 'internal'],
  ])('%i is thrown as %s on request', async (code, kind) => {
    const members = { type: 'https://a.test/p', title: 'No such thing', code: 'NO_THING', secret: 'x' }
    const server = await serve(problem(code, members, 'application/problem+json; charset=utf-8'))
    const { client, clock } = clientOf({ throwProblems: true })
    const error = await client(server.url).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(HttpProblemError)
    expect(error).toMatchObject({ code: 'NO_THING', kind, status: code, problem: members, retryAfter: 9_000 })
    expect([error.message, error.details]).toEqual([
      `The dependency answered ${code}: No such thing.`,
      { status: code },
    ])
    expect(JSON.stringify(error)).not.toContain('secret')
    expect(clock.pending).toBe(0)
  })

  test('are made of whatever comes', () => {
    for (const members of [null, undefined, 'down'] as never[])
      expect(new HttpProblemError(503, members)).toMatchObject({ code: 'HTTP_503', kind: 'unavailable' })
  })

  test.each([...REFUSALS, 'TIMEOUT', 'HEDGE_LOST'])(
    '%s of the other side is not taken for a refusal of ours',
    async (code) => {
      const server = await serve(problem(503, { code }))
      const { client } = clientOf({ throwProblems: true, retry: false })
      const breaker = new CircuitBreaker({ clock: new TestClock() })
      const error = await breaker.execute(() => client(server.url)).catch((thrown) => thrown)
      expect(error).toMatchObject({ code: 'HTTP_503', kind: 'unavailable', problem: { code } })
      expect(breaker.stats).toMatchObject({ failures: 1, ignored: 0 })
    },
  )

  test('503 is tried again first', async () => {
    const server = await serve(problem(503, { title: 'Busy' }, 'application/problem+json'), ok)
    const { client, clock } = clientOf({ throwProblems: true })
    const call = outcome(client(server.url))
    await until(() => clock.pendingTimers.some(({ name }) => name === 'retry'))
    await clock.advance('9s')
    expect(await call).toBe(200)
  })

  test.each<[string, string]>([
    ['no JSON', '{'],
    ['no object', '[1]'],
    ['too long', `{"title":"${'x'.repeat(100_000)}"}`],
  ])('one that is %s still throws', async (_, body) => {
    const server = await serve(problem(404, body))
    const error = await clientOf({ throwProblems: true })
      .client(server.url)
      .catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'HTTP_404', kind: 'not_found', problem: {} })
  })

  test('are answers where nobody asks, and so is all else', async () => {
    const server = await serve(problem(404, {}), status(404, { 'content-type': 'text/html' }))
    expect(await outcome(clientOf().client(server.url))).toBe(404)
    expect(await outcome(clientOf({ throwProblems: true }).client(server.url))).toBe(404)
  })

  test("one that trickles ends with the call's time", async () => {
    const server = await serve((response) => {
      response.writeHead(404, { 'content-type': 'application/problem+json' })
      response.write('{')
    })
    const { client, clock } = clientOf({ throwProblems: true })
    const call = outcome(client(server.url))
    await server.received(1)
    await until(() => clock.pending === 0)
    await clock.advance('30s')
    expect(await call).toBe('TIMEOUT')
  })
})

describe('a fetch that does not heed its signal', () => {
  test.each<[string, (clock: TestClock, caller: AbortController) => unknown]>([
    ["the call's time", (clock) => clock.advance('30s')],
    ["the caller's abort", (_, caller) => caller.abort()],
  ])('has its body cancelled at the end of %s', async (_, end) => {
    let cancelled = false
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new Uint8Array(1)),
      cancel: () => {
        cancelled = true
      },
    })
    const { client, clock } = clientOf({ fetch: async () => new Response(body) })
    const caller = new AbortController()
    const text = client('http://a.test/', { signal: caller.signal }).then((response) => response.text())
    text.catch(() => {})
    await clock.advance(0)
    await end(clock, caller)
    await expect(text).rejects.toBeDefined()
    await until(() => cancelled)
  })

  test('is given up all the same, and what it gives later is discarded', async () => {
    let cancelled = false
    let answer: (response: Response) => void = () => {}
    const fetch = () => new Promise<Response>((resolve) => (answer = resolve))
    const { client, clock } = clientOf({ fetch, retry: false, attemptTimeout: '1s' })
    const call = outcome(client('http://a.test/'))
    await clock.advance('1s')
    expect(await call).toBe('TIMEOUT')
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(100_000)),
      cancel: () => {
        cancelled = true
      },
    })
    answer(new Response(body))
    await until(() => cancelled)
  })
})

describe('options', () => {
  test.each<[string, unknown, string]>([
    ['a base URL that is none', { baseUrl: 'a.test' }, 'baseUrl must be an http or https URL'],
    ['a base URL with a password', { baseUrl: 'https://a:b@a.test' }, 'baseUrl must be'],
    [
      'a base URL with a query, which no call would have',
      { baseUrl: 'https://a.test/?v=1' },
      'baseUrl must be',
    ],
    ['a base URL with a fragment', { baseUrl: 'https://a.test/#v1' }, 'baseUrl must be'],
    ['a timeout of 0', { timeout: 0 }, 'timeout must be'],
    ['an attempt of 0', { attemptTimeout: 0 }, 'attemptTimeout must be'],
    ['a retry that is none', { retry: 3 }, 'retry must be an object, or false'],
    ['a list of retries', { retry: [] }, 'retry must be an object, or false'],
    ['a breaker that is none', { breaker: null }, 'breaker must be an object, or false'],
    ['a header that is none', { correlationHeader: 'a b' }, 'correlationHeader must be'],
    ['a fetch that is none', { fetch: 'undici' }, 'fetch must be a function'],
    ['a wish that is none', { throwProblems: 1 }, 'throwProblems must be true or false'],
    ['no name', { name: '' }, 'name must be'],
  ])('refuse %s', (_, options, message) => {
    expect(() => resilientFetch(options as ResilientFetchOptions)).toThrow(
      `@base/resilience resilientFetch: ${message}`,
    )
  })

  test('of retry and breaker may be of any class', async () => {
    class Retries {
      get maxAttempts() {
        return 1
      }
    }
    class Rules {
      get failureThreshold() {
        return 1
      }
    }
    const fetch = vi.fn(async () => Promise.reject(new TypeError('fetch failed')))
    const client = resilientFetch({ retry: new Retries(), breaker: new Rules(), fetch })
    await expect(client('http://a.test')).rejects.toThrow('fetch failed')
    expect([fetch.mock.calls.length, client.breakers?.get('a.test').state]).toEqual([1, 'open'])
  })

  test('a password in a base URL does not show', () => {
    expect(() => resilientFetch({ baseUrl: 'https://a:hunter2@a.test' })).not.toThrow('hunter2')
  })
})

/** Real I/O takes real time: waits for what it must come to, and no longer than the runner lets it. */
async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await systemClock.sleep(1)
}
