import type { Context } from 'hono'
import { matchedRoutes } from 'hono/route'

/** The route, such as `/notes/:id`; undefined where there is none. Middleware is registered for ALL methods, handlers for one. */
export function routeOf(c: Context): string | undefined {
  return matchedRoutes(c).find(({ method }) => method !== 'ALL')?.path
}
