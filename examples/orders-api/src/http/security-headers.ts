import type { MiddlewareHandler } from 'hono'

/** What an API that serves no page needs: nothing is sniffed, framed, run or, unless a route says so, cached. */
export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await next()
  c.header('x-content-type-options', 'nosniff')
  c.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
  if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store')
}
