import type { Clock } from '@base/core/clock'
import { formatDuration } from '@base/core/duration'
import { TimeoutError } from '@base/core/errors'

/**
 * Waits for at most so long; the signal aborts then, and what comes later is dropped, also an error. Work that throws
 * instead of rejecting is no different. What has come in while the process itself was busy is heard first: a turn of the
 * event loop lies between the limit and giving up.
 */
export function withDeadline<T>(
  clock: Clock,
  limit: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
  ref = true,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController()
    const giveUp = () => {
      const error = new TimeoutError({ message: `${what} took longer than ${formatDuration(limit)}.` })
      reject(error)
      controller.abort(error)
    }
    let timer = clock.schedule(
      limit,
      () => {
        timer = clock.schedule(0, giveUp, { ref, name: what })
      },
      { ref, name: what },
    )
    const start = async () => work(controller.signal)
    start().then(
      (value) => {
        timer.cancel()
        resolve(value)
      },
      (error: unknown) => {
        timer.cancel()
        reject(error)
      },
    )
  })
}
