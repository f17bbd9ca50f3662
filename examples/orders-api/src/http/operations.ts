import type { Health } from '@base/observability/health'
import { type Metrics, metricsEndpoint } from '@base/observability/metrics'
import { Hono } from 'hono'
import { healthRoutes } from './health.ts'
import type { Client } from './server.ts'

/** What whoever runs the service asks for, at a port that callers do not reach: `/metrics`, and probes with all details. */
export function createOperations(health: Health, metrics: Metrics): Hono {
  const scrape = metricsEndpoint(metrics)
  return new Hono()
    .use(async (c, next) => {
      const { headers } = c.env as Client
      // The server can end as soon as it has answered, and not when Prometheus has let go.
      headers['connection'] = 'close'
      await next()
    })
    .get('/metrics', (c) => scrape(c.req.raw))
    .route('/health', healthRoutes(health, 'always'))
}
