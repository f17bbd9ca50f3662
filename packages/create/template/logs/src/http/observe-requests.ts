import type { MiddlewareHandler } from 'hono'
import type { Telemetry } from '../telemetry.ts'
import { routeOf } from './route-of.ts'

/** One line for each request, by its route: never by its path, its query or its body. */
export function observeRequests({ logger }: Telemetry): MiddlewareHandler {
  return async (c, next) => {
    const begin = performance.now()
    await next()
    const { status } = c.res
    const responseTime = Math.round((performance.now() - begin) * 1_000) / 1_000
    const line = { method: c.req.method, route: routeOf(c), status, responseTime }
    logger[status >= 500 ? 'error' : 'info'](line, 'request')
  }
}
