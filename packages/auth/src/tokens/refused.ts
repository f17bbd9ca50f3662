import { type Err, err } from '@base/core/result'
import { AuthError } from '../errors/auth-error.js'
import type { AuthErrorCode } from '../errors/auth-error-code.js'

/** The outcome of a check that refuses. */
export function refused(code: AuthErrorCode, reason: string, cause?: unknown): Err<AuthError> {
  return err(new AuthError({ code, reason, ...(cause !== undefined && { cause }) }))
}
