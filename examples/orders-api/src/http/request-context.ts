import { correlationId, runInContext } from '@base/core/context'
import { isUuid, uuidv7 } from '@base/core/id'
import type { MiddlewareHandler } from 'hono'
import type { Client } from './server.ts'

/** What an API that serves no page needs: nothing is sniffed, framed, run or, unless a route says so, cached. */
const SAFE = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
}

/** Runs each request in a context with a correlation id, the caller's where it is a UUID, and gives its answer that id and safe headers. */
export const requestContext: MiddlewareHandler = async (c, next) => {
  const received = c.req.header('x-correlation-id')
  // Only a UUID: anything else would let a caller write into our log.
  const id = isUuid(received) ? received : uuidv7()
  await runInContext([[correlationId, id]], next)
  const { headers } = c.env as Client
  Object.assign(headers, SAFE, { 'x-correlation-id': id })
}
