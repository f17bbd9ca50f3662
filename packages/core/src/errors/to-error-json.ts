import type { ErrorJson } from './error-json.js'
import { errorKind } from './error-kind.js'
import { isAppError } from './is-app-error.js'
import { toPublicIssues } from './public-issues.js'
import { toPublicJson } from './public-json.js'
import { toShownText } from './public-text.js'

/**
 * An error as plain JSON that may be shown to a caller. It never holds a stack, a cause, the text of an error that is
 * not an {@link AppError}, or the value of a detail whose name says that it is a secret (`newPassword`, `x-api-key`). In
 * the message and the details the lines of a stack are left out. In texts the password in the user info of a URL is
 * replaced, and a parameter named as a password, secret, token or API key; any other secret that you write into a message
 * stays there. What JSON cannot carry (bigint, Date, cycles, what is nested deeper than 8) becomes text, and past 1,000
 * values nothing is added. Never throws.
 *
 * Also the way to another thread or process, for `structuredClone` loses code and kind: `new AppError({ message: '', ...json })`, or
 * `new ValidationError` of the same where there are issues, is the same error to a program there.
 *
 * @example
 * toErrorJson(new NotFoundError({ message: 'No order 7.', details: { id: 7 } }))
 * // { code: 'NOT_FOUND', kind: 'not_found', message: 'No order 7.', details: { id: 7 } }
 * toErrorJson(new Error('connect ECONNREFUSED db.internal'))
 * // { code: 'INTERNAL', kind: 'internal' }
 */
export function toErrorJson(error: unknown): ErrorJson {
  try {
    const kind = errorKind(error)
    if (!isAppError(error)) return { code: kind.toUpperCase(), kind }
    return {
      code: error.code,
      kind,
      message: toShownText(error.message),
      ...(error.details !== undefined && { details: toPublicJson(error.details) }),
      ...('issues' in error && Array.isArray(error.issues) && { issues: toPublicIssues(error.issues) }),
      ...(error.retryAfter !== undefined && { retryAfter: error.retryAfter }),
    }
  } catch {
    // An error whose fields cannot be read.
    return { code: 'INTERNAL', kind: 'internal' }
  }
}
