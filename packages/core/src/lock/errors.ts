import { formatDuration } from '../duration/format-duration.js'
import { ConflictError, TimeoutError } from '../errors/errors.js'

/** The error of a lease that is not held any more; also the reason of its signal. Code `LEASE_LOST`. */
export function leaseLostError(key: string): ConflictError {
  return new ConflictError({
    code: 'LEASE_LOST',
    message: `The lease of lock '${key}' is lost: another may hold it.`,
    details: { key },
  })
}

/** The error of a lock that was not free within `wait`, in milliseconds. Code `TIMEOUT`. */
export function notFreeError(key: string, wait: number): TimeoutError {
  return new TimeoutError({
    message: `Lock '${key}' was not free within ${formatDuration(wait)}.`,
    details: { key },
  })
}
