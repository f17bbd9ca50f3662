import type { Context } from 'hono'
import { matchedRoutes } from 'hono/route'

/** The route that answers a request, such as `/notes/:id`; undefined where there is none. */
export function routeOf(c: Context): string | undefined {
  // Middleware is registered for ALL methods, handlers for one.
  return matchedRoutes(c).find(({ method }) => method !== 'ALL')?.path
}
