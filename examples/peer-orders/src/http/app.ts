import { randomUUID } from 'node:crypto'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import type { Logger } from 'pino'
import { databaseAway } from '../database/errors.ts'
import { notFound, Problem } from '../problem.ts'
import { noSuchRoute, pathOf } from './no-such-route.ts'
import { keepBodies } from './read-body.ts'

/** More than the largest order needs. */
const MAX_BODY = 64 * 1024
/** How long an idle connection is kept. */
export const KEEP_ALIVE = 5_000

const CORRELATION_ID = 'x-correlation-id'
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i

/**
 * A Fastify that answers whatever goes wrong with a problem, and every answer with safe headers and a correlation id.
 *
 * @param observe sees requests before anything else does.
 */
export function createApp(logger: Logger, observe = (_: FastifyInstance) => {}): FastifyInstance {
  const app = Fastify({
    loggerInstance: logger as FastifyBaseLogger,
    // We write a line of our own, see observe.ts; whose request it is each line has from its scope.
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: (parent) => parent,
    // Only a UUID: anything else would let a caller write into our log.
    genReqId: ({ headers }) => {
      const received = headers[CORRELATION_ID]
      return typeof received === 'string' && UUID.test(received) ? received : randomUUID()
    },
    bodyLimit: MAX_BODY,
    requestTimeout: 30_000,
    keepAliveTimeout: KEEP_ALIVE,
    // Who is connected while we stop still gets an answer, see stop.ts.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 1_000 },
    // A path that cannot be decoded, or is too long.
    frameworkErrors: (_, request, reply) => {
      addHeaders(request, reply)
      sendProblem(notFound('Nothing is there.'), request, reply)
    },
  })
  keepBodies(app)
  observe(app)
  app.addHook('onRequest', async (request, reply) => addHeaders(request, reply))
  const knownMethods = noSuchRoute(app)
  app.addHook('onRequest', async (request) => {
    // To Fastify `/orders/` is an order whose name is empty.
    if (pathOf(request).endsWith('/')) throw knownMethods(request)
  })
  app.setNotFoundHandler((request) => {
    throw knownMethods(request)
  })
  app.setErrorHandler((error, request, reply) => sendProblem(toProblem(error), request, reply))
  return app
}

/** What an API that serves no page needs: nothing is sniffed, framed, run or, unless a route says so, cached. */
function addHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers({
    [CORRELATION_ID]: request.id,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
  })
}

function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): void {
  // What is expected is the caller's to read; a fault of ours is ours.
  if (problem.status === 500) request.log.error({ err: problem.cause }, 'request failed')
  reply
    .code(problem.status)
    .headers({ ...problem.headers, 'content-type': 'application/problem+json' })
    // Or Fastify would add a charset, which the media type does not have.
    .serializer(JSON.stringify)
    .send(problem.toBody(request.id))
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if ((error as { code?: unknown }).code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new Problem(413, 'JSON_TOO_LARGE', `The body is larger than ${MAX_BODY} bytes.`)
  // Others of Fastify are about the request, such as one that ended in the middle.
  const { statusCode = 500, code = 'INVALID' } = error as { statusCode?: number; code?: string }
  if (statusCode < 500) return new Problem(statusCode, code, 'The request is not understood.')
  return databaseAway(error) ?? new Problem(500, 'INTERNAL', 'Something went wrong.', { cause: error })
}
