import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { TestClock } from '@base/core/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { type Fetch, HttpServer } from './server.ts'

const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})

async function house(fetch: Fetch = () => new Response('done')) {
  const clock = new TestClock()
  const server = new HttpServer(fetch, clock)
  await server.listen('127.0.0.1', 0)
  const { port } = server
  const abort = new AbortController()
  return { clock, server, port, abort, close: () => server.close(abort.signal) }
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8')
  sockets.push(socket)
  await once(socket, 'connect')
  return socket
}

const ask = (socket: Socket) => socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')

async function readAll(socket: Socket): Promise<string> {
  let text = ''
  for await (const part of socket) text += part
  return text
}

/** Listening ends 10 ms after the last connection came. */
async function closeDoor(clock: TestClock): Promise<void> {
  await clock.advance('10ms')
}

/** A request that is answered when the test says so. */
function held() {
  const [arrived, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<Response>()]
  const fetch = () => {
    arrived.resolve()
    return answer.promise
  }
  return { fetch, arrived: arrived.promise, answer: () => answer.resolve(new Response('late')) }
}

test('a header of the answer is written once, as the Response has it', async () => {
  const { clock, port, close } = await house((_, { headers }) => {
    Object.assign(headers, { 'cache-control': 'no-store', 'x-own': 'kept' })
    return new Response('done', { headers: { 'Cache-Control': 'public', connection: 'close' } })
  })
  const socket = await open(port)
  ask(socket)
  const text = await readAll(socket)
  expect(text.match(/^(?:cache-control|x-own): .*$/gim)).toEqual(['cache-control: public', 'x-own: kept'])
  const closed = close()
  await closeDoor(clock)
  await closed
})

test('what Node refuses by itself ends the connection, as it says', async () => {
  const { port } = await house()
  const socket = await open(port)
  socket.write('GET / HTTP/1.1\r\n\r\n')

  expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\n/)
})

test('what Node refuses by itself is answered as Node does', async () => {
  const { port } = await house()
  const socket = await open(port)
  socket.write(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(17_000)}\r\n\r\n`)

  expect(await readAll(socket)).toBe(
    'HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n',
  )
})

test('a body that is no body is refused, and whoever reads it is told', async () => {
  const read = Promise.withResolvers<unknown>()
  const { port } = await house(async (request) => {
    read.resolve(await request.text().catch(({ code }) => code))
    return new Response()
  })
  const socket = await open(port)
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nno size\r\n')

  expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 400 /)
  expect(await read.promise).toBe('ECONNRESET')
})

test('what is no request is no answer to the request before, which is done', async () => {
  const { fetch, arrived, answer } = held()
  const { port } = await house(fetch)
  const socket = await open(port)
  socket.write('POST / HTTP/1.1\r\nhost: x\r\n\r\n\0')
  await arrived
  answer()

  const text = await readAll(socket)
  expect(text).toMatch(/^HTTP\/1\.1 200 /)
  expect(text).toMatch(/^connection: close\r$/im)
})

test('requests of one connection are done in turn (RFC 9112, 9.3.2)', async () => {
  const { fetch, arrived, answer } = held()
  const asked: string[] = []
  const { port } = await house(async (request) => {
    asked.push(request.method)
    const response = await fetch()
    asked.push('answered')
    return response.clone()
  })
  const socket = await open(port)
  socket.write('PUT / HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  await arrived
  answer()

  expect((await readAll(socket)).match(/late/g)).toHaveLength(2)
  expect(asked).toEqual(['PUT', 'answered', 'GET', 'answered'])
})

test('who asks for more than can be answered, without an answer, is cut off', async () => {
  let asked = 0
  const { port } = await house(() => {
    asked++
    return new Promise(() => {})
  })
  const socket = await open(port)
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(101))

  expect(await readAll(socket)).toBe('')
  expect(asked).toBe(1)
})

test('an answer that nobody reads has 30 s', async () => {
  const sent = Promise.withResolvers<ServerResponse>()
  const { port } = await house((_, client) => {
    sent.resolve(client as unknown as ServerResponse)
    return new Response('x'.repeat(25_000_000))
  })
  const socket = (await open(port)).pause()
  ask(socket)
  const answer = await sent.promise
  while (!answer.headersSent) await setImmediate()

  expect(answer.socket?.timeout).toBe(30_000)
  answer.socket?.emit('timeout')
  expect(answer.socket?.destroyed).toBe(true)
})

describe('an HTTP server that is told to stop', () => {
  test('does nothing whose answer would come behind the last', async () => {
    const { fetch, arrived, answer } = held()
    let asked = 0
    const { clock, port, close } = await house(() => {
      asked++
      return fetch()
    })
    const socket = await open(port)
    ask(socket)
    ask(socket)
    await arrived
    const closed = close()
    answer()
    await closeDoor(clock)

    expect((await readAll(socket)).match(/^connection: close\r$/gim)).toHaveLength(1)
    await closed
    expect(asked).toBe(1)
  })

  test('answers what it is at, with connection: close, and then stops', async () => {
    const { fetch, arrived, answer } = held()
    const { clock, port, close } = await house(fetch)
    const socket = await open(port)
    ask(socket)
    await arrived
    const closed = close()
    answer()
    await closeDoor(clock)

    const text = await readAll(socket)
    expect(text).toMatch(/^connection: close\r$/im)
    expect(text).toContain('late')
    await closed
  })

  test('takes no new connection', async () => {
    const { fetch, arrived, answer } = held()
    const { clock, port, close } = await house(fetch)
    const socket = await open(port)
    ask(socket)
    await arrived
    const closed = close()
    await closeDoor(clock)

    await expect(open(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    answer()
    await closed
  })

  test('lets in who came before, however busy it was', async () => {
    const { clock, port, close } = await house()
    // They are at the door at once, and let in one by one, each turn of the loop.
    const sockets = Array.from({ length: 300 }, () => connect(port, '127.0.0.1').setEncoding('utf8'))
    for (const socket of sockets) ask(socket)
    const closed = close()
    await clock.advance('250ms')

    const answers = await Promise.all(sockets.map((socket) => readAll(socket).catch(String)))
    expect(answers.filter((answer) => !answer.includes('done'))).toEqual([])
    await closed
  })

  test('still answers a connection that was idle, and closes it with the answer', async () => {
    const { clock, port, close } = await house()
    const socket = await open(port)
    ask(socket)
    const [first] = await once(socket, 'data')
    const closed = close()
    ask(socket)
    const second = readAll(socket)
    await closeDoor(clock)

    expect(first).toMatch(/^connection: keep-alive\r$/im)
    expect(await second).toMatch(/^connection: close\r$/im)
    await closed
  })

  test('cuts what stays idle for longer than keep-alive promised, also what never asked', async () => {
    const { clock, port, close } = await house()
    const [asked, silent] = [await open(port), await open(port)]
    ask(asked)
    await once(asked, 'data')
    let over = false
    const closed = close().then(() => {
      over = true
    })
    await closeDoor(clock)
    await clock.advance('5999ms')
    expect(over).toBe(false)
    await clock.advance('1ms')
    await closed

    expect(clock.pending).toBe(0)
    await Promise.all([readAll(asked), readAll(silent)])
  })

  test('finishes what a caller has asked for who has left', async () => {
    const { fetch, arrived, answer } = held()
    const { clock, port, close } = await house(fetch)
    const socket = await open(port)
    ask(socket)
    await arrived
    socket.destroy()
    await once(socket, 'close')
    let over = false
    const closed = close().then(() => {
      over = true
    })
    await closeDoor(clock)
    // Another connection is refused, so the one that was left is gone by now.
    await expect(open(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })

    expect(over).toBe(false)
    answer()
    await closed
    expect(clock.pending).toBe(0)
  })

  test('cuts everything when the time is up', async () => {
    const { fetch, arrived } = held()
    const { port, abort, close } = await house(fetch)
    const socket = await open(port)
    ask(socket)
    await arrived
    const ended = once(socket, 'close')
    const closed = close()
    // While it still looks whether anybody knocks; below, after that.
    abort.abort()
    await Promise.all([closed, ended])

    const later = await house(held().fetch)
    ask(await open(later.port))
    const laterClosed = later.close()
    await closeDoor(later.clock)
    later.abort.abort()
    await laterClosed
    expect(later.clock.pending).toBe(0)
  })

  test('has nothing to do where it never listened', async () => {
    const server = new HttpServer(() => new Response(), new TestClock())

    await expect(server.close(new AbortController().signal)).resolves.toBeUndefined()
  })
})
