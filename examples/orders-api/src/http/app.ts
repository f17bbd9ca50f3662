import { errorKind, isAppError } from '@base/core/errors'
import { type Context, Hono } from 'hono'
import { noSuchRoute } from './no-such-route.ts'
import { problemResponse } from './problem.ts'
import { type RequestEnv, requestContext } from './request-context.ts'
import { securityHeaders } from './security-headers.ts'

/** The routes of the service under their paths, and one place where an error becomes an answer. */
export function createApp(routes: Readonly<Record<string, Hono<RequestEnv>>>): Hono<RequestEnv> {
  const app = new Hono<RequestEnv>()
  app.use(requestContext, securityHeaders)
  for (const [path, handlers] of Object.entries(routes)) app.route(path, handlers)
  app.notFound((c) => problemResponse(noSuchRoute(app, c.req.method, c.req.path), c.get('requestId')))
  app.onError(answerError)
  return app
}

function answerError(error: unknown, c: Context<RequestEnv>): Response {
  const requestId = c.get('requestId')
  // What is expected is the caller's to read; the rest is ours, and callers see none of it.
  if (!isAppError(error) && errorKind(error) === 'internal')
    console.error(`Request ${requestId} failed:`, error)
  return problemResponse(error, requestId)
}
