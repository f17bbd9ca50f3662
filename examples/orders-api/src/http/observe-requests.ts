import { type Clock, systemClock } from '@base/core/clock'
import type { Logger } from '@base/observability/logger'
import type { Metrics } from '@base/observability/metrics'
import { tracecontext, withSpan } from '@base/observability/tracing'
import { context, type Span, SpanStatusCode } from '@opentelemetry/api'
import type { Context, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { Client } from './server.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE', 'QUERY']

/** Who hears of requests. */
export interface Observers {
  readonly logger: Logger
  readonly metrics: Metrics
  readonly clock?: Clock
}

declare module 'hono' {
  interface ContextVariableMap {
    /** Who is signed in, once that is known. */
    user?: string
  }
}

/**
 * One span, one line and one duration for each request, by its route: never by its path, its query or its body. The line is
 * written when the answer is out, or when the caller has gone.
 *
 * @see OpenTelemetry, "Semantic conventions for HTTP"
 */
export function observeRequests({ logger, metrics, clock = systemClock }: Observers): MiddlewareHandler {
  const durations = metrics.histogram('http.server.request.duration', {
    unit: 's',
    description: 'Duration of HTTP server requests.',
  })
  return (c, next) => {
    const begin = clock.monotonic()
    const method = methodOf(c)
    const parent = tracecontext.extract(c.req.raw.headers)
    const answering = async (span: Span) => {
      await next()
      const { status } = c.res
      const answer = attributesOf(c, method)
      if (span.isRecording()) describe(span, answer)
      // Whether it has gone out whole, once that is known.
      void (c.env as Client).sent.then((isSent) => {
        const seconds = (clock.monotonic() - begin) / 1_000
        durations.record(seconds, answer)
        const line = {
          ...answer,
          'user.id': c.get('user'),
          clientClosed: isSent ? undefined : true,
          responseTime: Math.round(seconds * 1e6) / 1_000,
        }
        logger[status >= 500 ? 'error' : 'info'](line, 'request')
      })
    }
    return context.with(parent, () => withSpan({ name: method, kind: 'server' }, answering))
  }
}

function describe(span: Span, answer: ReturnType<typeof attributesOf>): void {
  const name = [answer['http.request.method'], answer['http.route']].filter(Boolean).join(' ')
  span.updateName(name).setAttributes(answer)
  if (answer['http.response.status_code'] >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
}

function attributesOf(c: Context, method: string) {
  const { status } = c.res
  return {
    'http.request.method': method,
    'url.scheme': 'http',
    'http.response.status_code': status,
    // Middleware is registered for ALL methods, handlers for one.
    'http.route': matchedRoutes(c).find((matched) => matched.method !== 'ALL')?.path,
    'error.type': status >= 500 ? String(status) : undefined,
  }
}

/** One that is not known is not named, for callers could make up as many as they like. */
function methodOf(c: Context): string {
  return METHODS.includes(c.req.method) ? c.req.method : '_OTHER'
}
