import type { Clock } from '../clock/clock.js'
import { formatDuration } from '../duration/format-duration.js'
import { TimeoutError } from '../errors/errors.js'

/** A service that wants to be closed. */
export interface Closable {
  /** Its place in the order of making. */
  readonly order: number
  readonly name: string
  readonly instance: unknown
  readonly close: (instance: unknown) => unknown
}

/** Closes one after the other, the last made first, each within the limit; returns what went wrong, by name. */
export async function closeAll(
  closables: Iterable<Closable>,
  clock: Clock,
  limit: number,
): Promise<readonly (readonly [name: string, error: unknown])[]> {
  const failures: (readonly [string, unknown])[] = []
  for (const { name, instance, close } of [...closables].sort((a, b) => b.order - a.order)) {
    try {
      await within(limit, clock, `'${name}' did not close`, async () => close(instance))
    } catch (error) {
      failures.push([name, error])
    }
  }
  return failures
}

/** Waits for `fn` no longer than `limit`; what comes later is dropped, a late rejection with it. */
export function within<T>(limit: number, clock: Clock, what: string, fn: () => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const late = () => reject(new TimeoutError({ message: `${what} within ${formatDuration(limit)}.` }))
    const timer = clock.schedule(limit, late, { name: what })
    void fn()
      .then(resolve, reject)
      .then(() => timer.cancel())
  })
}
