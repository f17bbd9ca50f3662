import type { Clock, Timer } from '@base/core/clock'
import { formatDuration } from '@base/core/duration'
import { TimeoutError } from '@base/core/errors'
import type { Flight } from './flight.js'

/** How long a caller waits. */
export interface Patience {
  readonly signal: AbortSignal | undefined
  /** In milliseconds; `Infinity` has no end. */
  readonly limit: number
}

/**
 * The error of a caller who has waited long enough, and the reason of a load that took too long. It names no key: that may
 * say whom it is about, and errors are logged.
 */
export function tooLate(limit: number): TimeoutError {
  return new TimeoutError({ message: `A load took longer than ${formatDuration(limit)}.` })
}

/**
 * Waits for a flight as patiently as the caller is; `leave` is called where his signal aborts before it lands, with its
 * reason. Who has waited long enough does not leave: the flight goes on, and its late value is stored.
 */
export function waitForFlight(
  flight: Flight,
  clock: Clock,
  { signal, limit }: Patience,
  leave: (reason: unknown) => void,
): Promise<unknown> {
  if (signal === undefined && limit === Number.POSITIVE_INFINITY) return flight.promise
  return new Promise((resolve, reject) => {
    let timer: Timer | undefined
    const end = () => {
      timer?.cancel()
      signal?.removeEventListener('abort', abort)
    }
    const abort = () => {
      end()
      leave(signal?.reason)
      reject(signal?.reason)
    }
    const giveUp = () => {
      end()
      reject(tooLate(limit))
    }
    // The loader may have aborted it, before it was waited for.
    if (signal?.aborted === true) {
      abort()
      return
    }
    if (limit !== Number.POSITIVE_INFINITY) timer = clock.schedule(limit, giveUp, { name: 'wait for a load' })
    signal?.addEventListener('abort', abort)
    flight.promise.finally(end).then(resolve, reject)
  })
}
