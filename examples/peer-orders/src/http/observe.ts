import { propagation, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { Meters } from '../telemetry/meters.ts'
import { type RequestIds, type RequestScope, requestScope } from '../telemetry/request-scope.ts'
import { tracer } from '../telemetry/tracing.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What all that is done for it has in common. */
    scope?: RequestScope
  }
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/**
 * One span, one line and one duration for each request, by its route: never by its path, its query or its body. They end when
 * the answer is out, or when the caller has gone.
 */
export function observeRequests(app: FastifyInstance, logger: Logger, { requests }: Meters): void {
  app.decorateRequest('scope')
  app.addHook('onRequest', (request, _, done) => {
    const parent = propagation.extract(ROOT_CONTEXT, request.headers)
    const span = tracer.startSpan(methodOf(request), { kind: SpanKind.SERVER }, parent)
    request.scope = { ids: idsOf(request, span), span, kept: [] }
    requestScope.run(request.scope, done)
  })
  app.addHook('onResponse', (request, reply, done) => {
    const seconds = reply.elapsedTime / 1_000
    const answer = answerOf(request, reply)
    const { 'http.route': route = '', 'http.response.status_code': status } = answer
    requests.observe(
      {
        http_request_method: answer['http.request.method'],
        http_route: route,
        http_response_status_code: status,
      },
      seconds,
    )
    const line = {
      ...answer,
      ...(request.caller && { 'user.id': request.caller.id }),
      ...(!reply.raw.writableFinished && { clientClosed: true }),
      responseTime: Math.round(seconds * 1e6) / 1_000,
    }
    requestScope.run(request.scope, () => logger[status >= 500 ? 'error' : 'info'](line, 'request'))
    if (request.scope?.span.isRecording()) describe(request.scope.span, answer)
    request.scope?.span.end()
    // Connections that were opened meanwhile hold on to the scope.
    request.scope?.kept.splice(0)
    done()
  })
}

function idsOf({ id }: FastifyRequest, span: Span): RequestIds {
  const { traceId, spanId, traceFlags } = span.spanContext()
  if (!trace.isSpanContextValid({ traceId, spanId, traceFlags })) return { correlationId: id }
  return { correlationId: id, trace_id: traceId, span_id: spanId, trace_flags: `0${traceFlags}` }
}

function describe(span: Span, answer: ReturnType<typeof answerOf>): void {
  const { 'http.request.method': method, 'http.route': route } = answer
  span.updateName(route === undefined ? method : `${method} ${route}`).setAttributes(answer)
  if (answer['http.response.status_code'] >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
}

function answerOf(request: FastifyRequest, { statusCode }: FastifyReply) {
  const route = request.is404 ? undefined : request.routeOptions.url
  return {
    'http.request.method': methodOf(request),
    'url.scheme': 'http',
    'http.response.status_code': statusCode,
    ...(route !== undefined && { 'http.route': route }),
    ...(statusCode >= 500 && { 'error.type': String(statusCode) }),
  }
}

/** One that is not known is not named, for callers could make up as many as they like. */
function methodOf({ method }: FastifyRequest): string {
  return METHODS.has(method) ? method : '_OTHER'
}
