import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { LifecycleContext } from '@base/core/lifecycle'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'

/** A server that a lifecycle starts and stops, under a name. Port 0 takes a free one. */
export function httpServer(name: string, app: Hono, { host, port }: { host: string; port: number }) {
  /** Open connections, and the answer that each waits for. */
  const connections = new Map<Socket, ServerResponse | undefined>()
  const answer = getRequestListener(app.fetch)
  const server = createServer((request, response) => {
    const { socket } = request
    connections.set(socket, response)
    response.once('close', () => {
      if (connections.get(socket) === response) connections.set(socket, undefined)
    })
    if (!server.listening) response.setHeader('connection', 'close')
    void answer(request, response)
  })
  server.on('connection', (socket: Socket) => {
    connections.set(socket, undefined)
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
    /** Requests under way are answered, others are not waited for; what is open when the time is up is cut. */
    stop: async ({ signal }: LifecycleContext) => {
      const closed = once(server, 'close')
      signal.addEventListener('abort', () => server.closeAllConnections(), { once: true })
      server.close()
      for (const [socket, response] of connections) {
        if (response === undefined) socket.destroy()
        else if (!response.headersSent) response.setHeader('connection', 'close')
      }
      await closed
    },
  }
}
