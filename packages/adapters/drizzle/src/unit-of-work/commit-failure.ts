import { UnavailableError } from '@base/core/errors'
import { toFailure } from '../failures/failures.js'
import { postgresErrorOf } from '../failures/postgres-error.js'

/** Whether the database refused a statement and the connection goes on; else nobody knows what became of it. */
export function isRefusal(error: unknown): boolean {
  return postgresErrorOf(error)?.severity === 'ERROR'
}

/**
 * The error of a COMMIT: what the database refused it with, which may be run again; or that its answer is missing, which
 * must not be, for the unit may have taken effect.
 */
export function commitFailure(error: unknown): unknown {
  if (isRefusal(error)) return toFailure(error)
  return new UnavailableError({
    code: 'COMMIT_UNKNOWN',
    message: 'The connection broke during COMMIT: whether the unit took effect is not known.',
    cause: toFailure(error),
  })
}
