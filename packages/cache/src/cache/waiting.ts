import { onAbort } from '@base/core/abort'
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
 * reason. Who has waited long enough does not leave: the flight goes on, and its late value is stored. Where its loader has
 * given the value by then, and a layer takes its time to keep it, he has the value.
 */
export function waitForFlight(
  flight: Flight,
  clock: Clock,
  { signal, limit }: Patience,
  leave: (reason: unknown) => void,
): Promise<unknown> {
  if (signal === undefined && limit === Number.POSITIVE_INFINITY) return flight.promise
  return new Promise((resolve, reject) => {
    const waiting: Waiting = { resolve, reject, timer: undefined, stop: undefined }
    const place: Place = { waiting }
    const abort = () => {
      const left = end(place)
      leave(signal?.reason)
      left?.reject(signal?.reason)
    }
    const giveUp = () => {
      if (flight.loaded !== undefined) end(place)?.resolve(flight.loaded.held)
      else end(place)?.reject(tooLate(limit))
    }
    // The loader may have aborted it, before it was waited for.
    if (signal?.aborted === true) {
      abort()
      return
    }
    if (limit !== Number.POSITIVE_INFINITY)
      waiting.timer = clock.schedule(limit, giveUp, { name: 'wait for a load' })
    if (signal !== undefined) waiting.stop = onAbort(signal, abort)
    follow(flight, place)
  })
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
  timer: Timer | undefined
  stop: (() => void) | undefined
}

/** Where a caller waits who may have left: a load that goes on holds the place, and not who was there. */
interface Place {
  waiting: Waiting | undefined
}

function follow({ promise }: Flight, place: Place): void {
  promise.then(
    (value) => end(place)?.resolve(value),
    (error: unknown) => end(place)?.reject(error),
  )
}

function end(place: Place): Waiting | undefined {
  const { waiting } = place
  place.waiting = undefined
  waiting?.timer?.cancel()
  waiting?.stop?.()
  return waiting
}
