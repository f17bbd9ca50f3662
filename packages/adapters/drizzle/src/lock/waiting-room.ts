import type { Clock } from '@base/core/clock'

/** Who looks for longer than that, in milliseconds, is not waited for: the database may never answer. */
const PATIENCE = 400

/** Those of this process who wait for one key each: a release calls who has waited longest. */
export class WaitingRoom {
  readonly #clock: Clock
  readonly #queues = new Map<string, Set<Waiting>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Takes a place. */
  enter(key: string): Waiting {
    const queue = this.#queues.get(key) ?? new Set()
    const waiting = new Waiting(queue, this.#clock)
    this.#queues.set(key, queue.add(waiting))
    return waiting
  }

  /** Gives a place up. Whoever leaves with a call that was not used passes it on. */
  leave(key: string, waiting: Waiting): void {
    const queue = this.#queues.get(key)
    queue?.delete(waiting)
    if (queue?.size === 0) this.#queues.delete(key)
    else if (waiting.isCalled) this.call(key)
  }

  /** Calls who has waited longest; and who has no answer, for when it comes. */
  call(key: string): void {
    for (const waiting of this.#queues.get(key) ?? []) {
      waiting.wake()
      if (!waiting.isStuck) return
    }
  }
}

/** One who waits. */
class Waiting {
  /** Whether it was called and has not answered. */
  isCalled = false
  readonly #queue: ReadonlySet<Waiting>
  readonly #clock: Clock
  /** Since when it looks, by the monotonic clock; `Infinity` while it does not. */
  #looksSince = Number.POSITIVE_INFINITY
  #endPause = (): void => {}

  constructor(queue: ReadonlySet<Waiting>, clock: Clock) {
    this.#queue = queue
    this.#clock = clock
  }

  /** Whether it looks, and has had no answer for long. */
  get isStuck(): boolean {
    return this.#clock.monotonic() - this.#looksSince >= PATIENCE
  }

  /** Whether nobody has waited longer, but for those who look and have no answer. */
  get isNext(): boolean {
    for (const waiting of this.#queue) if (!waiting.isStuck) return waiting === this
    return false
  }

  /** Calls it. */
  wake(): void {
    this.isCalled = true
    this.#endPause()
  }

  /** The call is used: it is not passed on. */
  answer(): void {
    this.isCalled = false
  }

  /** Looks, by a function. */
  async look<R>(fn: () => Promise<R>): Promise<R> {
    this.#looksSince = this.#clock.monotonic()
    try {
      return await fn()
    } finally {
      this.#looksSince = Number.POSITIVE_INFINITY
    }
  }

  /** Waits until it is called, so long at most, or until the signal aborts, whose reason it rejects with. */
  async pause(duration: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    if (this.isCalled) return
    await new Promise<void>((resolve, reject) => {
      const settle = (end: () => void) => () => {
        timer.cancel()
        signal?.removeEventListener('abort', abort)
        end()
      }
      const abort = settle(() => reject(signal?.reason))
      const timer = this.#clock.schedule(duration, settle(resolve), { name: 'wait for a lock' })
      this.#endPause = settle(resolve)
      signal?.addEventListener('abort', abort, { once: true })
    })
  }
}
