import { onAbort } from '@base/core/abort'
import type { Clock, Timer } from '@base/core/clock'
import { deadline } from '@base/core/context'
import type { TimeoutEngine } from '../timeout/timeout-engine.js'
import type { PreparedRequest } from './prepared-request.js'

/** How long a call may take. */
export interface CallLimits {
  readonly name: string
  readonly timeout: number
  /** That of its attempts, which tells of both. */
  readonly attemptTimeout: TimeoutEngine
  readonly clock: Clock
}

/** One call of a client, from the first attempt until the last byte of the body. */
export class Call {
  /** Aborts when the time is over, or the caller has given up. */
  readonly signal: AbortSignal
  /** Whether its time is shorter than the client's, by the deadline in context. */
  readonly isCut: boolean
  /** Kept as long as the call: on Node the signal of a Request that was collected hears of no abort. */
  readonly input: PreparedRequest['input']
  readonly #controller = new AbortController()
  readonly #timer: Timer | undefined
  readonly #unlisten: (() => void) | undefined

  /** @throws The reason of a caller who has given up; TimeoutError where the deadline in context has passed. */
  constructor({ name, timeout, attemptTimeout, clock }: CallLimits, { input, caller }: PreparedRequest) {
    // Not by its throwIfAborted, which polyfills may not have.
    if (caller?.aborted) throw caller.reason
    this.input = input
    this.signal = this.#controller.signal
    const end = deadline.get()
    const time = end === undefined ? timeout : Math.min(timeout, Math.ceil(end - clock.now()))
    this.isCut = time < timeout
    const tooLate = () => attemptTimeout.expired(Math.max(0, time))
    if (time <= 0) throw tooLate()
    if (time !== Number.POSITIVE_INFINITY)
      this.#timer = clock.schedule(time, () => this.#controller.abort(tooLate()), { name })
    this.#unlisten = caller && onAbort(caller, () => this.#controller.abort(caller.reason))
  }

  /** There is a response: from now on the connection keeps the process alive, and not the clock. */
  answered(): void {
    this.#timer?.unref()
  }

  /** Nothing is left of it. */
  end(): void {
    this.#timer?.cancel()
    this.#unlisten?.()
  }
}
