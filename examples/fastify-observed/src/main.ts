import { randomUUID } from 'node:crypto'
import { correlationId, runInContext } from '@base/core/context'
import { createHealth, healthResponse } from '@base/observability/health'
import { createLogger } from '@base/observability/logger'
import { createMetrics, metricsEndpoint, processMetrics } from '@base/observability/metrics'
import fastify, { LogController } from 'fastify'

const { PORT = '3000' } = process.env

// Logs: five lines. Each line of a request has its correlation id, and no line a secret.
const logger = createLogger({ service: 'orders' })
const genReqId = ({ headers }: { headers: NodeJS.Dict<string | string[]> }) =>
  /^[\w-]{1,128}$/.exec(String(headers['x-correlation-id'] ?? ''))?.[0] ?? randomUUID()
// One line for each request, of our own: Fastify's first comes before there is a context.
const logController = new LogController({ disableRequestLogging: true })
const app = fastify({ loggerInstance: logger, genReqId, logController })
app.addHook('onRequest', ({ id }, reply, done) => {
  reply.header('x-correlation-id', id)
  runInContext([[correlationId, id]], done)
})

// Probes: ten lines.
const stock = { isUp: true }
const health = createHealth({ checks: { stock: { check: () => stock.isUp } } })
for (const group of ['live', 'ready', 'startup'] as const)
  app.get(`/${group}`, { logLevel: 'silent' }, async (_, reply) => {
    const { statusCode, headers, body } = healthResponse(await health[group]())
    return reply.code(statusCode).headers(headers).send(body)
  })
app.addHook('onReady', async () => health.started())
app.addHook('preClose', async () => health.beginShutdown())

// Metrics, by the names that OpenTelemetry gives them.
const metrics = createMetrics()
processMetrics(metrics)
const scrape = metricsEndpoint(metrics)
const duration = metrics.histogram('http.server.request.duration', { unit: 's', description: 'Requests' })
app.addHook('onResponse', async ({ log, method, url, routeOptions }, { elapsedTime, statusCode }) => {
  log.info({ method, url, statusCode, elapsedTime }, 'request completed')
  duration.record(elapsedTime / 1_000, {
    'http.request.method': method,
    'http.response.status_code': statusCode,
    ...(routeOptions.url !== undefined && { 'http.route': routeOptions.url }),
  })
})
app.get('/metrics', { logLevel: 'silent' }, async ({ headers: { accept = '' } }) =>
  scrape(new Request('http://orders/metrics', { headers: { accept } })),
)

app.post('/orders', async ({ body }, reply) => {
  logger.info({ order: body }, 'order placed')
  return reply.code(201).send({ placed: true })
})
app.post('/stock', async ({ body }) => {
  stock.isUp = body === 'up'
  return { isUp: stock.isUp }
})

process.once('SIGTERM', () => void app.close())
await app.listen({ port: Number(PORT), host: '127.0.0.1', listenTextResolver: (url) => url })
