import { UnavailableError } from '@base/core/errors'
import { toFailure } from '../failures/failures.js'
import { isRefusal, sqlStateOf } from '../failures/postgres-error.js'

/** PostgreSQL's idle_in_transaction_session_timeout ends a connection that waits for a statement, so no COMMIT had begun. */
const IDLED = '25P03'

/**
 * The error of a COMMIT: what the database refused it with, which may be run again; or that its answer is missing, which
 * must not be, for the unit may have taken effect.
 */
export function commitFailure(error: unknown): unknown {
  if (isRefusal(error) || sqlStateOf(error) === IDLED) return toFailure(error)
  return new UnavailableError({
    code: 'COMMIT_UNKNOWN',
    message: 'The connection broke during COMMIT: whether the unit took effect is not known.',
    cause: toFailure(error),
  })
}
