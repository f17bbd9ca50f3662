import type { FastifyInstance } from 'fastify'
import { Histogram, type Registry } from 'prom-client'

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/**
 * One line and one duration for each request, by its route: never by its path, its query or its body. The line is written
 * when the answer is out, or when the caller has gone.
 */
export function observeRequests(app: FastifyInstance, registry: Registry): void {
  const durations = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Duration of HTTP server requests.',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    registers: [registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    const { statusCode, elapsedTime } = reply
    // One that is not known is not named, for callers could make up as many as they like.
    const method = METHODS.has(request.method) ? request.method : '_OTHER'
    const route = request.is404 ? undefined : request.routeOptions.url
    durations.observe(
      { http_request_method: method, http_route: route ?? '', http_response_status_code: statusCode },
      elapsedTime / 1_000,
    )
    const line = {
      'http.request.method': method,
      ...(route !== undefined && { 'http.route': route }),
      'http.response.status_code': statusCode,
      ...(request.caller && { 'user.id': request.caller.id }),
      ...(!reply.raw.writableFinished && { clientClosed: true }),
      responseTime: Math.round(elapsedTime * 1_000) / 1_000,
    }
    request.log[statusCode >= 500 ? 'error' : 'info'](line, 'request')
  })
}
