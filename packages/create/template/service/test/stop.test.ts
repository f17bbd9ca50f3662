import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { Hono } from 'hono'
import { httpServer } from '../src/http/http-server.ts'
import { describeService, startService } from './start-service.ts'

/** How an answer is, and whether its connection stays. */
async function answerOf(asked: ClientRequest) {
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  await once(answer.resume(), 'end')
  return { status: answer.statusCode, connection: answer.headers.connection, again: asked.reusedSocket }
}

/** Resolves once nobody listens there any more. */
async function untilClosed(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const isRefused = await once(socket, 'connect').then(
      () => false,
      () => true,
    )
    socket.destroy()
    if (isRefused) return
  }
}

describeService('a stop', () => {
  test('tells callers to leave while it still takes new ones', { timeout: 20_000 }, async () => {
    const { http, stop } = await startService({ DRAIN_DELAY: '300' })
    const url = new URL('/health/live', http.url)
    const agent = new Agent({ keepAlive: true })
    const kept = { status: 200, connection: 'keep-alive', again: false }
    assert.deepEqual(await answerOf(request(url, { agent }).end()), kept)
    const stopped = stop()
    const left = { status: 200, connection: 'close', again: true }
    assert.deepEqual(await answerOf(request(url, { agent }).end()), left)
    await stopped
  })

  test('answers what is under way, and whoever was told to stay', { timeout: 20_000 }, async (t) => {
    const { http, headers, stop } = await startService()
    const port = Number(new URL(http.url).port)
    const silent = connect(port, '127.0.0.1')
    await once(silent, 'connect')
    const agent = new Agent({ keepAlive: true })
    const url = new URL('/health/live', http.url)
    await answerOf(request(url, { agent }).end())
    const asked = request(new URL('/notes', http.url), {
      method: 'POST',
      headers: { ...headers, expect: '100-continue' },
    })
    asked.flushHeaders()
    await once(asked, 'continue')

    t.mock.timers.enable({ apis: ['setTimeout'] })
    const stopped = stop()
    await untilClosed(port)
    const last = { status: 200, connection: 'close', again: true }
    assert.deepEqual(await answerOf(request(url, { agent }).end()), last)
    assert.equal(silent.destroyed, false)
    t.mock.timers.tick(6_000)
    t.mock.timers.reset()
    await once(silent, 'close')
    asked.end('{"text":"milk"}')
    assert.deepEqual(await answerOf(asked), { status: 201, connection: 'close', again: false })
    await stopped
  })
})

test('a stop keeps whoever an answer under way has told to stay', { timeout: 20_000 }, async () => {
  const { readable, writable } = new TransformStream()
  const app = new Hono().get('/', ({ text }) => text('hello')).get('/long', () => new Response(readable))
  let isStopping = false
  const http = httpServer('http', app, { host: '127.0.0.1', port: 0, isStopping: () => isStopping })
  await http.start()
  const { url } = http
  const writer = writable.getWriter()
  void writer.write(Buffer.from('a'))
  const agent = new Agent({ keepAlive: true })
  const [long] = (await once(request(`${url}/long`, { agent }).end(), 'response')) as [IncomingMessage]
  assert.equal(long.headers.connection, 'keep-alive')

  isStopping = true
  const stopped = http.stop({ signal: new AbortController().signal })
  await untilClosed(Number(new URL(url).port))
  await writer.close()
  await once(long.resume(), 'end')
  const last = { status: 200, connection: 'close', again: true }
  assert.deepEqual(await answerOf(request(url, { agent }).end()), last)
  await stopped
})

test('a stop does nothing whose answer would come behind the last', { timeout: 20_000 }, async () => {
  const { readable, writable } = new TransformStream()
  let asked = 0
  const app = new Hono().post('/', async ({ body }) => {
    asked++
    return body(await text(readable))
  })
  const http = httpServer('http', app, { host: '127.0.0.1', port: 0, isStopping: () => true })
  await http.start()
  const socket = connect(Number(new URL(http.url).port), '127.0.0.1')
  socket.write('POST / HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(2))
  const answers = text(socket)
  while (asked === 0) await setImmediate()

  const stopped = http.stop({ signal: new AbortController().signal })
  await writable.close()
  assert.equal((await answers).match(/HTTP\/1\.1 200 OK/g)?.length, 1)
  await stopped
  assert.equal(asked, 1)
})
