import { type AppError, NotFoundError } from '@base/core/errors'
import type { Hono } from 'hono'
import { HttpError } from './problem.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Why nothing answered: 405 with the methods that the path knows, or 404 where it knows none. */
export function noSuchRoute(app: Hono, method: string, path: string): AppError {
  const known = METHODS.filter((candidate) => hasRoute(app, candidate, path))
  if (known.length === 0)
    return new NotFoundError({ code: 'NO_SUCH_ROUTE', message: `Nothing is at ${path}.` })
  const allowed = known.flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name])).join(', ')
  return new HttpError({
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    kind: 'invalid',
    message: `${path} does not take ${method}, only ${allowed}.`,
    headers: { allow: allowed },
  })
}

function hasRoute(app: Hono, method: string, path: string): boolean {
  // Middleware is registered for ALL methods, handlers for one.
  return app.router.match(method, path)[0].some(([[, route]]) => route.method !== 'ALL')
}
