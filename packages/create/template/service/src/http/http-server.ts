import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LifecycleContext } from '@base/core/lifecycle'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'

/** A server that a lifecycle starts and stops, under a name. Port 0 takes a free one. */
export function httpServer(name: string, app: Hono, { host, port }: { host: string; port: number }) {
  const server = createServer(getRequestListener(app.fetch))
  return {
    name,
    /** Where it answers, once it has started. */
    get url() {
      const { port: actual } = server.address() as AddressInfo
      return `http://${host.includes(':') ? `[${host}]` : host}:${actual}`
    },
    start: () => once(server.listen(port, host), 'listening'),
    /** Requests under way are answered; what is open when the time is up is cut. */
    stop: async ({ signal }: LifecycleContext) => {
      const closed = once(server, 'close')
      signal.addEventListener('abort', () => server.closeAllConnections(), { once: true })
      server.close()
      await closed
    },
  }
}
