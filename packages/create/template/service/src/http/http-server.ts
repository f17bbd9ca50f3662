import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net'
import type { LifecycleContext } from '@base/core/lifecycle'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'

/** How long an idle connection is kept; clients are told, and Node adds a second of its own. */
const KEEP_ALIVE = 5_000
const GRACE = 1_000

export interface HttpServerOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Whether the service is to stop, so that callers are told to leave. Without it none is waited for who asks nothing. */
  readonly isStopping?: () => boolean
}

/** Open connections, the answer that each waits for, and until when its client may ask. */
type Connections = Map<Socket, { response?: ServerResponse | undefined; until: number }>

/** A server that a lifecycle starts and stops, under a name. */
export function httpServer(name: string, app: Hono, { host, port, isStopping }: HttpServerOptions) {
  const connections: Connections = new Map()
  const isLeaving = () => isStopping?.() || !server.listening
  const answer = getRequestListener(async (request, env) => {
    const response = await app.fetch(request, env)
    if (isLeaving()) env.outgoing.setHeader('connection', 'close')
    return response
  })
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE }, async (request, response) => {
    const { socket } = request
    const before = connections.get(socket)?.response
    connections.set(socket, { response, until: 0 })
    response.once('close', () => {
      if (connections.get(socket)?.response === response)
        connections.set(socket, { until: performance.now() + KEEP_ALIVE + GRACE })
    })
    // In turn: what comes behind an answer that says `close` is not done, for it gets none.
    if (before !== undefined) await new Promise((resolve) => before.once('close', resolve))
    if (!socket.writable) return
    if (isLeaving()) response.setHeader('connection', 'close')
    void answer(request, response)
  })
  server.on('connection', (socket: Socket) => {
    connections.set(socket, { until: performance.now() + GRACE })
    socket.once('close', () => connections.delete(socket))
  })
  return {
    name,
    /** Where it answers, once it has started. */
    get url() {
      const { port: actual } = server.address() as AddressInfo
      return `http://${host.includes(':') ? `[${host}]` : host}:${actual}`
    },
    start: () => once(server.listen(port, host), 'listening'),
    stop: ({ signal }: LifecycleContext) => {
      signal.addEventListener('abort', () => server.closeAllConnections(), { once: true })
      return close(server, connections, isStopping === undefined)
    },
  }
}

/**
 * Requests under way are answered. A connection without one is kept as long as its client was told, for it may just be
 * asking, unless all end now; what is open when the time is up is cut.
 */
async function close(server: Server, connections: Connections, atOnce: boolean) {
  const closed = once(server, 'close')
  // Not http's own close, which cuts idle connections.
  NetServer.prototype.close.call(server)
  const cutIdle = (socket: Socket) => {
    if (connections.get(socket)?.response === undefined) socket.destroy()
  }
  const cuts: NodeJS.Timeout[] = []
  for (const [socket, { response, until }] of connections) {
    const time = atOnce ? 0 : Math.max(0, until - performance.now())
    if (response === undefined) cuts.push(setTimeout(cutIdle, time, socket))
    // Its client may have been told to stay, before the stop: Node keeps it for so long.
    else if (atOnce) response.once('close', () => socket.destroySoon())
  }
  await closed
  for (const each of cuts) clearTimeout(each)
  // Its timers end by this alone.
  server.close()
}
