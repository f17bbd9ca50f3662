import { type ErrorKind, errorKind, isAppError } from '@base/core/errors'
import { read } from '../policy/read.js'

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
  return !isOpenCircuit(error) && !read(() => HOPELESS.has(errorKind(error)), false)
}

export function isOpenCircuit(error: unknown): boolean {
  return read(() => isAppError(error, 'CIRCUIT_OPEN'), false)
}
