import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Health } from '@base/observability/health'
import { type Metrics, metricsEndpoint } from '@base/observability/metrics'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { healthRoutes } from './health.ts'
import { listen } from './listen.ts'

/** What whoever runs the service asks for, at a port that callers do not reach: `/metrics`, and probes with all details. */
export class OperationsServer {
  readonly #server: Server

  constructor(health: Health, metrics: Metrics) {
    const scrape = metricsEndpoint(metrics)
    const app = new Hono()
      .get('/metrics', (c) => scrape(c.req.raw))
      .route('/health', healthRoutes(health, 'always'))
    const listener = getRequestListener(app.fetch)
    this.#server = createServer((request, response) => {
      // It ends as soon as it has answered, and not when Prometheus has let go.
      response.setHeader('connection', 'close')
      void listener(request, response)
    })
  }

  /** The port it listens at. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  listen(host: string, port: number): Promise<void> {
    return listen(this.#server, { host, port, prefix: 'OPS_' })
  }

  /** Answers what it was asked. When the signal aborts, what is still open is cut. */
  async close(signal: AbortSignal): Promise<void> {
    const cutAll = () => this.#server.closeAllConnections()
    signal.addEventListener('abort', cutAll, { once: true })
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
    signal.removeEventListener('abort', cutAll)
  }
}
