import { errorKind, isAppError } from '@base/core/errors'
import { Hono } from 'hono'
import { noSuchRoute } from './no-such-route.ts'
import { type Observers, observeRequests } from './observe-requests.ts'
import { problemResponse } from './problem.ts'
import { requestContext } from './request-context.ts'

/** The routes of the service under their paths, and one place where an error becomes an answer. */
export function createApp(routes: Readonly<Record<string, Hono>>, observers: Observers): Hono {
  const app = new Hono()
  app.use(requestContext, observeRequests(observers))
  for (const [path, handlers] of Object.entries(routes)) app.route(path, handlers)
  app.notFound((c) => problemResponse(noSuchRoute(app, c.req.method, c.req.path)))
  app.onError((thrown) => {
    // What is expected is the caller's to read; a fault of ours is ours, such as a wrong option.
    const isFault = isAppError(thrown, 'INVALID_OPTION')
    const error = isFault ? new Error('A block is used wrongly.', { cause: thrown }) : thrown
    if (errorKind(error) === 'internal') observers.logger.error({ err: error }, 'request failed')
    return problemResponse(error)
  })
  return app
}
