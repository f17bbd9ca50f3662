import { onAbort } from '@base/core/abort'
import type { Clock, Timer } from '@base/core/clock'
import type { BoundedStore } from './bounded-store.js'
import { leaseLost } from './errors.js'

/** The share of the lease after which it is renewed, and after which a renewal that failed is tried again. */
const RENEWAL = 3
const RETRY = 12

/** What a {@link LeaseKeeper} is made of. */
export interface LeaseKeeperParts {
  readonly store: BoundedStore
  /** How long the key is held unless it is renewed, in milliseconds. */
  readonly lease: number
  /** When the key was asked for, by the monotonic clock: before the store began to count. */
  readonly askedAt: number
  readonly clock: Clock
  /** The caller's: its abort is passed on. */
  readonly signal: AbortSignal | undefined
  /** Called once, when the lease is lost. */
  readonly onLost: () => void
}

/**
 * Renews the lease of a run at each third, until it is stopped. Its signal aborts when another may have taken over: the
 * store says so, or the lease is over by the clock of this process, which began to count before the store did.
 */
export class LeaseKeeper {
  readonly #parts: LeaseKeeperParts
  readonly #controller = new AbortController()
  readonly #unlisten: (() => void) | undefined
  #deadline: number
  #timer: Timer | undefined
  #stopped = false

  constructor(parts: LeaseKeeperParts) {
    this.#parts = parts
    this.#deadline = parts.askedAt + parts.lease
    if (!parts.store.transactional) this.#plan(parts.lease / RENEWAL)
    this.#unlisten = parts.signal && onAbort(parts.signal, this.#abort)
    if (parts.signal?.aborted) this.#abort()
  }

  /** For the function that runs: the caller's abort, or the lease's end. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** The run has ended. */
  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
    this.#unlisten?.()
  }

  #plan(pause: number): void {
    const { clock } = this.#parts
    const left = Math.max(0, this.#deadline - clock.monotonic())
    const delay = Math.ceil(Math.min(Math.max(1, pause), left))
    // Idle: whoever runs holds the process, not its renewals.
    this.#timer = clock.schedule(delay, this.#renew, { ref: false, name: 'renewal of an idempotency key' })
  }

  readonly #renew = async (): Promise<void> => {
    const { store, lease, clock } = this.#parts
    const askedAt = clock.monotonic()
    const left = this.#deadline - askedAt
    if (left <= 0) return this.#lose()
    const answer = await store.renew(left).catch(() => undefined)
    if (this.#stopped) return
    if (answer === false) return this.#lose()
    if (answer === true) this.#deadline = askedAt + lease
    this.#plan(lease / (answer === true ? RENEWAL : RETRY))
  }

  #lose(): void {
    this.#parts.onLost()
    this.#controller.abort(leaseLost())
  }

  readonly #abort = (): void => this.#controller.abort(this.#parts.signal?.reason)
}
