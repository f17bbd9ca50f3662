import { metricsEndpoint } from '@base/observability/metrics'
import { Hono } from 'hono'
import type { Telemetry } from './telemetry.ts'

/** What whoever runs the service asks for, at a port that callers do not reach. */
export function createOperations({ metrics }: Telemetry): Hono {
  const scrape = metricsEndpoint(metrics)
  return new Hono().get('/metrics', (c) => scrape(c.req.raw))
}
