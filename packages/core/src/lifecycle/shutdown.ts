import type { Clock } from '../clock/clock.js'
import { formatDuration } from '../duration/format-duration.js'
import { TimeoutError } from '../errors/errors.js'
import type { Component } from './component.js'

/** One shutdown: what to stop, and how long it may take. */
export interface Shutdown {
  /** What has started, in order; emptied as it is stopped. */
  readonly started: Component[]
  /** Comes before the first stop: a start that is still under way, the drain delay. */
  readonly before: (signal: AbortSignal) => Promise<unknown>
  /** What `before` waits for, for the report. */
  readonly waitsFor: () => string | undefined
  readonly timeout: number
  readonly clock: Clock
}

/**
 * Stops everything, the last started first, one after the other, all within the time.
 *
 * @throws TimeoutError naming what hangs and what was not stopped for it; AggregateError with every error of a `stop`.
 */
export async function shutDown({ started, before, waitsFor, timeout, clock }: Shutdown): Promise<void> {
  const controller = new AbortController()
  const failures = new Map<string, unknown>()
  let stopping: string | undefined

  const stopAll = async () => {
    await before(controller.signal)
    while (!controller.signal.aborted) {
      const component = started.pop()
      if (component === undefined) return
      stopping = component.name
      try {
        await component.stop?.({ signal: controller.signal })
      } catch (error) {
        failures.set(component.name, error)
      }
    }
  }
  const tooLate = () => {
    const error = timeoutError(timeout, stopping ?? waitsFor(), started, failures)
    controller.abort(error)
    return error
  }

  await new Promise<void>((resolve, reject) => {
    const timer = clock.schedule(timeout, () => reject(tooLate()), { name: 'shutdown' })
    void stopAll()
      .then(resolve, reject)
      .then(() => timer.cancel())
  })
  if (failures.size > 0) {
    throw new AggregateError(failures.values(), `Stopping failed for: ${[...failures.keys()].join(', ')}.`)
  }
}

function timeoutError(
  timeout: number,
  hung: string | undefined,
  left: readonly Component[],
  failures: ReadonlyMap<string, unknown>,
): TimeoutError {
  const notStopped = left.map(({ name }) => name).reverse()
  const hangs = hung === undefined ? 'the drain delay is longer' : `'${hung}' hangs`
  const rest = notStopped.length === 0 ? '' : `; not stopped: ${notStopped.join(', ')}`
  return new TimeoutError({
    message: `The service did not stop within ${formatDuration(timeout)}: ${hangs}${rest}.`,
    details: { hung: hung === undefined ? [] : [hung], notStopped, failed: [...failures.keys()] },
    ...(failures.size > 0 && { cause: new AggregateError(failures.values()) }),
  })
}
