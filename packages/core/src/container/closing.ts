import { formatDuration } from '../duration/format-duration.js'
import { TimeoutError } from '../errors/errors.js'
import type { Settings } from './registration.js'

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

/** Does a step of a closing, and keeps its failure under a name: it does not keep the rest from closing. */
export async function attempt(
  name: string,
  step: () => Promise<unknown>,
  failures: Failure[],
): Promise<void> {
  try {
    await step()
  } catch (error) {
    failures.push([name, error])
  }
}

/** Closes one after the other, the last made first, each within the limit; returns what went wrong, by name. */
export async function closeAll(
  closables: readonly Closable[],
  settings: Settings,
): Promise<readonly Failure[]> {
  const failures: Failure[] = []
  for (const { name, instance, close } of [...closables].sort((a, b) => b.order - a.order)) {
    const step = () => within(settings, `'${name}' did not close`, async () => close(instance))
    await attempt(name, step, failures)
  }
  return failures
}

/** Waits for `fn` no longer than `disposeTimeout`; what comes later is dropped, a late rejection with it. */
export function within<T>(
  { clock, disposeTimeout }: Settings,
  what: string,
  fn: () => Promise<T>,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const late = () =>
      reject(new TimeoutError({ message: `${what} within ${formatDuration(disposeTimeout)}.` }))
    const timer = clock.schedule(disposeTimeout, late, { name: what })
    void fn()
      .then(resolve, reject)
      .then(() => timer.cancel())
  })
}
