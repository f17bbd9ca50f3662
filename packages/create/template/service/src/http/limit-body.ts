import { AppError } from '@base/core/errors'
import type { MiddlewareHandler } from 'hono'
import { problemResponse } from './problem.ts'

const MAX_BYTES = 64 * 1024
/** How much of a larger body is read, and forgotten. */
const MAX_SKIPPED = 4 * 1024 * 1024

/**
 * Refuses bodies that are too large. The rest of one is read, up to a bound: on a connection where it is still coming neither
 * the answer is safe nor the next request. Beyond the bound the caller is told to leave.
 */
export const limitBody: MiddlewareHandler = async (c, next) => {
  const { body } = c.req.raw
  if (body === null) return next()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size <= MAX_BYTES) chunks.push(chunk)
    if (size > MAX_SKIPPED) break
  }
  if (size > MAX_BYTES) return refusal(size > MAX_SKIPPED)
  c.req.raw = new Request(c.req.raw, { body: Buffer.concat(chunks) })
  return next()
}

function refusal(isCut: boolean): Response {
  const message = 'A body may have 64 KiB.'
  const response = problemResponse(new AppError({ code: 'BODY_TOO_LARGE', kind: 'too_large', message }))
  if (isCut) response.headers.set('connection', 'close')
  return response
}
