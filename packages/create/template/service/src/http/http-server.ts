import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LifecycleContext } from '@base/core/lifecycle'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'

/** A server that a lifecycle starts and stops. */
export interface HttpServer {
  readonly name: string
  /** Where it answers, once it has started. */
  readonly url: string
  start(): Promise<unknown>
  stop(context: LifecycleContext): Promise<void>
}

/** Where a server listens; port 0 takes a free one. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** A server of an app, under the name that the lifecycle knows it by. */
export function httpServer(name: string, app: Hono, { host, port }: Address): HttpServer {
  const server = createServer(getRequestListener(app.fetch))
  return {
    name,
    get url() {
      const { port: actual } = server.address() as AddressInfo
      return `http://${host.includes(':') ? `[${host}]` : host}:${actual}`
    },
    start: () => once(server.listen(port, host), 'listening'),
    // Requests under way are answered; what is open when the time is up is cut.
    stop: ({ signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => server.closeAllConnections(), { once: true })
        server.close(() => resolve())
      }),
  }
}
