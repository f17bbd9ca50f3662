import { correlationId, runInContext } from '@base/core/context'
import { isUuid, uuidv7 } from '@base/core/id'
import type { MiddlewareHandler } from 'hono'
import { setHeaders } from './answer-headers.ts'

/** Where a caller may give a correlation id, and where every answer has it. */
const HEADER = 'x-correlation-id'

/** Runs each request in a context with a correlation id: the caller's where it is a UUID, a new one otherwise. */
export const requestContext: MiddlewareHandler = async (c, next) => {
  const received = c.req.header(HEADER)
  // Only a UUID: anything else would let a caller write into our log.
  const id = isUuid(received) ? received : uuidv7()
  await runInContext([[correlationId, id]], next)
  setHeaders(c, { [HEADER]: id })
}
