import { STATUS_CODES } from 'node:http'
import { correlationId } from '@base/core/context'
import { errorKind, httpStatusOf, toErrorJson } from '@base/core/errors'

/** The answer to a request that failed (RFC 9457): by the kind of the error, without its stack or its cause. */
export function problemResponse(error: unknown): Response {
  const status = httpStatusOf(errorKind(error))
  const { code, message, details, issues, retryAfter } = toErrorJson(error)
  const problem = {
    type: 'about:blank',
    title: STATUS_CODES[status],
    status,
    detail: message,
    code,
    details,
    errors: issues,
    correlationId: correlationId.get(),
  }
  const headers = new Headers({ 'content-type': 'application/problem+json' })
  if (retryAfter !== undefined) headers.set('retry-after', String(Math.ceil(retryAfter / 1_000)))
  return new Response(JSON.stringify(problem), { status, headers })
}
