import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { createApp } from './app.ts'
import { type HealthOptions, healthRoutes } from './health.ts'

/** What whoever runs the service asks for, at a port that callers do not reach: `/metrics`, and probes with all details. */
export function createOperations(logger: Logger, health: HealthOptions, registry: Registry): FastifyInstance {
  const app = createApp(logger)
  healthRoutes(app, health, true)
  app.get('/metrics', async (_, reply) =>
    reply.header('content-type', registry.contentType).send(await registry.metrics()),
  )
  // It ends as soon as it has answered, and not when Prometheus has let go.
  app.addHook('onSend', async (_, reply) => void reply.header('connection', 'close'))
  return app
}
