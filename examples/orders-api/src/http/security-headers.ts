import type { MiddlewareHandler } from 'hono'
import { setHeaders } from './answer-headers.ts'

/** What an API that serves no page needs: nothing is sniffed, framed, run or, unless a route says so, cached. */
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
}

export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await next()
  setHeaders(c, HEADERS)
}
