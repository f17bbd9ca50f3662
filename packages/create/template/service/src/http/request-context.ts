import { correlationId, runInContext } from '@base/core/context'
import { isUuid, uuidv7 } from '@base/core/id'
import type { MiddlewareHandler } from 'hono'

const HEADER = 'x-correlation-id'

/** Runs each request with a correlation id, which its answer and its log lines have: the caller's, or a new one. */
export const requestContext: MiddlewareHandler = async (c, next) => {
  const received = c.req.header(HEADER)
  // Anything else than a UUID would let callers write into the log.
  const id = isUuid(received) ? received : uuidv7()
  await runInContext([[correlationId, id]], next)
  c.header(HEADER, id)
}
