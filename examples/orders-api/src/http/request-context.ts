import { randomUUID } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'

/** What every handler finds in its context. */
export interface RequestEnv {
  Variables: {
    /** Names this request in answers and in the log. */
    requestId: string
  }
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Gives each request an id: the caller's `x-request-id` where it is a UUID, a new one otherwise. */
export const requestContext: MiddlewareHandler<RequestEnv> = async (c, next) => {
  const received = c.req.header('x-request-id')
  // Only a UUID: anything else would let a caller write into our log.
  const requestId = received !== undefined && UUID.test(received) ? received : randomUUID()
  c.set('requestId', requestId)
  await next()
  c.header('x-request-id', requestId)
}
