import type { Clock, Timer } from '@base/core/clock'
import { formatDuration } from '@base/core/duration'
import { TimeoutError } from '@base/core/errors'
import type { Flight } from './flight.js'

/** How long a caller waits. */
export interface Patience {
  readonly signal: AbortSignal | undefined
  /** `Infinity` where there is nothing to be served instead. */
  readonly softTimeout: number
  readonly hardTimeout: number
}

/** What a caller gets when the soft timeout is over. */
export const TOO_SLOW: unique symbol = Symbol('too slow')

/** The error of a hard timeout. */
export function tooLate(key: string, limit: number): TimeoutError {
  return new TimeoutError({ message: `The load of '${key}' took longer than ${formatDuration(limit)}.` })
}

/** Waits for a flight as patiently as the caller is; `leave` is called where he goes before it lands, with the reason of his signal. */
export function waitForFlight(
  flight: Flight,
  clock: Clock,
  patience: Patience,
  leave: (reason: unknown) => void,
): Promise<unknown> {
  const { signal, softTimeout, hardTimeout } = patience
  const limit = Math.min(softTimeout, hardTimeout)
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
      // It goes on, and its late value is stored: who gives up so does not leave.
      if (softTimeout <= hardTimeout) resolve(TOO_SLOW)
      else reject(tooLate(flight.key, hardTimeout))
    }
    if (limit !== Number.POSITIVE_INFINITY) timer = clock.schedule(limit, giveUp, { name: 'wait for a load' })
    signal?.addEventListener('abort', abort, { once: true })
    flight.promise.then(
      (value) => {
        end()
        resolve(value)
      },
      (error: unknown) => {
        end()
        reject(error)
      },
    )
  })
}
