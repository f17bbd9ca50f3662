import { CancelledError, isAppError, NotFoundError } from '@base/core/errors'
import { type Health, healthEndpoint } from '@base/observability/health'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { limitBody } from './http/limit-body.ts'
import { observeRequests } from './http/observe-requests.ts'
import { isForTheLog, problemResponse } from './http/problem.ts'
import { requestContext } from './http/request-context.ts'
import type { Telemetry } from './telemetry.ts'

/** The routes of the service under their paths, the probes, and one place where an error becomes an answer. */
export function createApp(
  routes: Readonly<Record<string, Hono>>,
  { health, telemetry }: { readonly health: Health; readonly telemetry: Telemetry },
): Hono {
  const app = new Hono()
  for (const group of ['live', 'ready', 'startup']) {
    const answer = healthEndpoint(health, { group })
    app.get(`/health/${group}`, (c) => answer(c.req.raw))
  }
  // What stands above is asked every second, and is not logged.
  app.use(requestContext, observeRequests(telemetry), cancelOnText, limitBody)
  for (const [path, handlers] of Object.entries(routes)) app.route(path, handlers)
  app.notFound(() => problemResponse(new NotFoundError({ message: 'There is no such route.' })))
  app.onError((thrown, c) => {
    const error = hasLeft(c, thrown) ? new CancelledError({ cause: thrown }) : defectOr(thrown)
    const answer = problemResponse(error)
    const level = answer.status >= 500 ? 'error' : 'warn'
    if (isForTheLog(error)) telemetry.logger[level]({ err: error }, 'request failed')
    return answer
  })
  return app
}

/** Whose caller has left, its signal aborts with a text, which Hono hands to no `onError`. */
const cancelOnText: MiddlewareHandler = (_, next) =>
  next().catch((thrown) => {
    throw thrown instanceof Error ? thrown : new CancelledError({ cause: thrown })
  })

/** A wrong option is a defect of this service, whose caller cannot mend it; any other error is what it says. */
function defectOr(error: Error): Error {
  return isAppError(error, 'INVALID_OPTION') ? new Error('A block is used wrongly.', { cause: error }) : error
}

/** Whether the caller has left in the middle of a body, which is no fault of the service. */
function hasLeft({ req }: Context, error: Error): boolean {
  return req.raw.signal.aborted && 'code' in error && error.code === 'ECONNRESET'
}
