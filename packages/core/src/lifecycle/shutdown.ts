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

/** Before the end, so that what is left can be cut and the parts below still stop: a tenth of the time, this at most. */
const LAST_CALL = 1_000

/**
 * Stops everything, the last started first, one after the other, all within the time.
 *
 * @throws TimeoutError naming what hangs and what was not stopped for it; AggregateError with every error of a `stop`.
 */
export async function shutDown({ started, before, waitsFor, timeout, clock }: Shutdown): Promise<void> {
  const over = new AbortController()
  const stops = new Stops(started)

  await new Promise<void>((resolve, reject) => {
    const schedule = (time: number, fn: () => void) => clock.schedule(time, fn, { name: 'shutdown' })
    const ahead = Math.floor(Math.min(timeout / 10, LAST_CALL))
    const abort = schedule(timeout - ahead, () => stops.callLast())
    const end = schedule(timeout, () => {
      over.abort()
      const last = stops.stopping ?? waitsFor()
      if (last !== undefined) stops.hung.push(last)
      reject(stops.tooLate(timeout))
    })
    void before(over.signal)
      .then(() => stops.all(over.signal))
      .then(resolve, reject)
      .then(() => {
        abort.cancel()
        end.cancel()
      })
  })
  const { hung, failures } = stops
  if (hung.length > 0) throw stops.tooLate(timeout)
  if (failures.size > 0) {
    throw new AggregateError(failures.values(), `Stopping failed for: ${[...failures.keys()].join(', ')}.`)
  }
}

/** The stops of a shutdown, and what came of them. */
class Stops {
  readonly hung: string[] = []
  readonly failures = new Map<string, unknown>()
  /** What was asked to stop last. */
  stopping: string | undefined
  readonly #started: Component[]
  #current = new AbortController()
  #lastCall: TimeoutError | undefined

  constructor(started: Component[]) {
    this.#started = started
  }

  async all(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const component = this.#started.pop()
      if (component === undefined) return
      await this.#stop(component)
    }
  }

  /** Cuts what stops now, and all that stops after it. */
  callLast(): void {
    this.#lastCall = new TimeoutError()
    this.#current.abort(this.#lastCall)
  }

  tooLate(timeout: number): TimeoutError {
    const { hung, failures } = this
    const notStopped = this.#started.map(({ name }) => name).reverse()
    const names = hung.map((name) => `'${name}'`).join(', ')
    const hangs = `${names} ${hung.length > 1 ? 'hang' : 'hangs'}`
    const rest = notStopped.length === 0 ? '' : `; not stopped: ${notStopped.join(', ')}`
    return new TimeoutError({
      message: `The service did not stop within ${formatDuration(timeout)}: ${hangs}${rest}.`,
      details: { hung: [...hung], notStopped, failed: [...failures.keys()] },
      ...(failures.size > 0 && { cause: new AggregateError(failures.values()) }),
    })
  }

  async #stop(component: Component): Promise<void> {
    const { name } = component
    const isInTime = this.#lastCall === undefined
    const current = new AbortController()
    const { signal } = current
    this.#current = current
    this.stopping = name
    try {
      const done = component.stop?.({ signal })
      // After the call, for a signal that has aborted before tells nobody who begins to listen.
      if (this.#lastCall) current.abort(this.#lastCall)
      await done
    } catch (error) {
      // What the signal has ended would have gone on.
      if (isInTime && isAbortOf(signal, error)) this.hung.push(name)
      else this.failures.set(name, error)
    }
  }
}

/** Whether an error is but what the signal says, be it by the name that Node gives it. */
function isAbortOf({ reason }: AbortSignal, error: unknown): boolean {
  return reason !== undefined && (error === reason || (error as Error | undefined)?.name === 'AbortError')
}
