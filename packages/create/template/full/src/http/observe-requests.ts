import { tracecontext, withSpan } from '@base/observability/tracing'
import { context, SpanStatusCode } from '@opentelemetry/api'
import type { MiddlewareHandler } from 'hono'
import type { Telemetry } from '../telemetry.ts'
import { routeOf } from './route-of.ts'

/**
 * One span, one line and one duration for each request, by its route: never by its path, its query or its body.
 *
 * @see OpenTelemetry, "Semantic conventions for HTTP"
 */
export function observeRequests({ logger, metrics }: Telemetry): MiddlewareHandler {
  const durations = metrics.histogram('http.server.request.duration', {
    unit: 's',
    description: 'Duration of HTTP server requests.',
  })
  return async (c, next) => {
    const begin = performance.now()
    const parent = tracecontext.extract(c.req.raw.headers)
    await context.with(parent, () =>
      withSpan({ name: c.req.method, kind: 'server' }, async (span) => {
        await next()
        const { status } = c.res
        const route = routeOf(c)
        const answer = {
          'http.request.method': c.req.method,
          'url.scheme': 'http',
          'http.response.status_code': status,
          ...(route !== undefined && { 'http.route': route }),
          ...(status >= 500 && { 'error.type': String(status) }),
        }
        span.updateName([c.req.method, route].filter(Boolean).join(' ')).setAttributes(answer)
        if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
        const seconds = (performance.now() - begin) / 1_000
        durations.record(seconds, answer)
        const line = { ...answer, responseTime: Math.round(seconds * 1e6) / 1_000 }
        logger[status >= 500 ? 'error' : 'info'](line, 'request')
      }),
    )
  }
}
