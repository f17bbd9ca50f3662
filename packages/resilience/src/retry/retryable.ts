import { type ErrorKind, errorKind, isAppError } from '@base/core/errors'

/** The same call will fail in the same way. */
const HOPELESS: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'invalid',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'precondition_failed',
  'too_large',
  'unsupported',
])

/** Whether an error is retried where nobody says. */
export function isRetryable(error: unknown): boolean {
  // A transaction whose COMMIT was not answered: run again, it may have its effect twice.
  if (isAppError(error, 'COMMIT_UNKNOWN')) return false
  return !isOpenCircuit(error) && !HOPELESS.has(errorKind(error))
}

export function isOpenCircuit(error: unknown): boolean {
  return isAppError(error, 'CIRCUIT_OPEN')
}
