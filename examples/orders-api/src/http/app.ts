import { correlationId } from '@base/core/context'
import { errorKind } from '@base/core/errors'
import { Hono } from 'hono'
import { noSuchRoute } from './no-such-route.ts'
import { problemResponse } from './problem.ts'
import { requestContext } from './request-context.ts'
import { securityHeaders } from './security-headers.ts'

/** The routes of the service under their paths, and one place where an error becomes an answer. */
export function createApp(routes: Readonly<Record<string, Hono>>): Hono {
  const app = new Hono()
  app.use(requestContext, securityHeaders)
  for (const [path, handlers] of Object.entries(routes)) app.route(path, handlers)
  app.notFound((c) => problemResponse(noSuchRoute(app, c.req.method, c.req.path)))
  app.onError(answerError)
  return app
}

function answerError(error: unknown): Response {
  // What is expected is the caller's to read; a fault of ours is ours.
  if (errorKind(error) === 'internal') console.error(`Request ${correlationId.get()} failed:`, error)
  return problemResponse(error)
}
