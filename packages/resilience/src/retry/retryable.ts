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
  return !isOpenCircuit(error) && !mayBeCommitted(error) && !HOPELESS.has(errorKind(error))
}

/** A transaction whose COMMIT was not answered: run again, it may have its effect twice. */
function mayBeCommitted(error: unknown): boolean {
  return isAppError(error, 'COMMIT_UNKNOWN')
}

export function isOpenCircuit(error: unknown): boolean {
  return isAppError(error, 'CIRCUIT_OPEN')
}
