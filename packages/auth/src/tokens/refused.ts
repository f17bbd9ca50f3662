import { type Err, err } from '@base/core/result'
import { AuthError } from '../errors/auth-error.js'
import type { AuthErrorCode } from '../errors/auth-error-code.js'

/** The outcome of a check that refuses. */
export function refused(code: AuthErrorCode, reason: string, cause?: unknown): Err<AuthError> {
  return err(new AuthError({ code, reason, ...(cause !== undefined && { cause }) }))
}

/** The outcome where a source gave no keys; it may have said itself when to come again. */
export function keysUnavailable(cause: unknown): Err<AuthError> {
  if (cause instanceof AuthError) return err(cause)
  return refused('KEYS_UNAVAILABLE', 'The keys could not be read.', cause)
}
