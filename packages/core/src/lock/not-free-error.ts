import { formatDuration } from '../duration/format-duration.js'
import { TimeoutError } from '../errors/errors.js'

/** The error of a lock that was not free within `wait`, in milliseconds. Code `TIMEOUT`. */
export function notFreeError(key: string, wait: number): TimeoutError {
  return new TimeoutError({
    message: `Lock '${key}' was not free within ${formatDuration(wait)}.`,
    details: { key },
  })
}
