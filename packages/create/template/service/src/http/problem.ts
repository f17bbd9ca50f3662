import { STATUS_CODES } from 'node:http'
import { correlationId } from '@base/core/context'
import { errorKind, httpStatusOf, isAppError, toErrorJson } from '@base/core/errors'

/**
 * The answer to a request that failed (RFC 9457): by the kind of the error, without its stack or its cause. What is for the log
 * alone is answered without its message and details too, and a fault of ours without its code.
 */
export function problemResponse(error: unknown): Response {
  const kind = errorKind(error)
  const status = httpStatusOf(kind)
  const { code, retryAfter, ...told } = toErrorJson(kind === 'internal' ? undefined : error)
  const { message, details, issues } = isForTheLog(error) ? {} : told
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

/** Whether what an error says is no caller's business: it may name a host that we call, or a table or constraint of the database. */
export function isForTheLog(error: unknown): boolean {
  return httpStatusOf(errorKind(error)) >= 500 || (isAppError(error) && namesTable(error.cause))
}

/** Whether it is what a database said of a row. */
function namesTable(cause: unknown): boolean {
  return cause instanceof Error && ('table' in cause || 'constraint' in cause)
}
