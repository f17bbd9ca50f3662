import type { Clock } from '@base/core/clock'
import { formatDuration } from '@base/core/duration'
import { TimeoutError } from '@base/core/errors'

/** Waits for at most so long; what comes later is dropped, also an error. */
export function withDeadline<T>(clock: Clock, limit: number, what: string, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.schedule(
      limit,
      () => reject(new TimeoutError({ message: `${what} took longer than ${formatDuration(limit)}.` })),
      { name: what },
    )
    work.then(
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
