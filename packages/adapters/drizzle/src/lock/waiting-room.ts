import type { Clock } from '@base/core/clock'

/** Who looks for longer than that, in milliseconds, is not waited for: the database may never answer. */
const PATIENCE = 400

/** A place in a queue. */
interface Place {
  /** Whether it has been called since it last looked. */
  isCalled: boolean
  /** Since when it looks, by the monotonic clock; `Infinity` while it does not. */
  looksSince: number
  wake: () => void
}

/** Those of this process who wait for one key each: a release calls who has waited longest. */
export class WaitingRoom {
  readonly #clock: Clock
  readonly #queues = new Map<string, Set<Place>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Takes a place. */
  enter(key: string): Waiting {
    const place: Place = { isCalled: false, looksSince: Number.POSITIVE_INFINITY, wake: () => {} }
    const queue = this.#queues.get(key) ?? new Set()
    this.#queues.set(key, queue.add(place))
    return new Waiting(place, queue, this.#clock, () => {
      queue.delete(place)
      if (queue.size === 0) this.#queues.delete(key)
      // Whoever leaves with a call that it did not use passes it on.
      else if (place.isCalled) this.call(key)
    })
  }

  /** Calls who has waited longest; and who has no answer, for when it comes. */
  call(key: string): void {
    const now = this.#clock.monotonic()
    for (const place of this.#queues.get(key) ?? []) {
      place.isCalled = true
      place.wake()
      if (!isStuck(place, now)) return
    }
  }
}

function isStuck({ looksSince }: Place, now: number): boolean {
  return now - looksSince >= PATIENCE
}

/** One who waits. */
export class Waiting {
  readonly #place: Place
  readonly #queue: ReadonlySet<Place>
  readonly #clock: Clock
  /** Gives the place up. */
  readonly leave: () => void

  constructor(place: Place, queue: ReadonlySet<Place>, clock: Clock, leave: () => void) {
    this.#place = place
    this.#queue = queue
    this.#clock = clock
    this.leave = leave
  }

  /** Whether nobody has waited longer, but for those who look and have no answer. */
  get isNext(): boolean {
    const now = this.#clock.monotonic()
    for (const place of this.#queue) if (!isStuck(place, now)) return place === this.#place
    return false
  }

  /** The call is used: it is not passed on. */
  answer(): void {
    this.#place.isCalled = false
  }

  /** Looks, by a function. */
  async look<R>(fn: () => Promise<R>): Promise<R> {
    this.#place.looksSince = this.#clock.monotonic()
    try {
      return await fn()
    } finally {
      this.#place.looksSince = Number.POSITIVE_INFINITY
    }
  }

  /** Waits until it is called, so long at most, or until the signal aborts, whose reason it rejects with. */
  async pause(duration: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    if (this.#place.isCalled) return
    await new Promise<void>((resolve, reject) => {
      const settle = (end: () => void) => () => {
        timer.cancel()
        signal?.removeEventListener('abort', abort)
        end()
      }
      const abort = settle(() => reject(signal?.reason))
      const timer = this.#clock.schedule(duration, settle(resolve), { name: 'wait for a lock' })
      this.#place.wake = settle(resolve)
      signal?.addEventListener('abort', abort, { once: true })
    })
  }
}
