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

/** What did not close, and why. */
export type Failure = readonly [name: string, error: unknown]

/** What goes wrong while a container closes: nothing of it keeps the rest from closing. */
export class Failures {
  readonly #failures: Failure[] = []

  add(failures: readonly Failure[]): void {
    this.#failures.push(...failures)
  }

  /** Does a step, and keeps its failure under a name. */
  async of(name: string, step: () => Promise<unknown>): Promise<void> {
    try {
      await step()
    } catch (error) {
      this.#failures.push([name, error])
    }
  }

  throwIfAny(): void {
    if (this.#failures.length === 0) return
    const names = this.#failures.map(([name]) => name).join(', ')
    const errors = this.#failures.map(([, error]) => error)
    throw new AggregateError(errors, `Closing the container failed for: ${names}.`)
  }
}

/** Closes one after the other, the last made first, each within the limit; returns what went wrong, by name. */
export async function closeAll(
  closables: Iterable<Closable>,
  clock: Clock,
  limit: number,
): Promise<readonly Failure[]> {
  const failures: Failure[] = []
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
