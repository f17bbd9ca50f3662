import type { Clock } from '@base/core/clock'

/** A place in a queue. */
interface Place {
  /** Whether it has been called since it last looked. */
  isCalled: boolean
  wake: () => void
}

/** Those of this process who wait for one key each: a release calls who has waited longest. */
export class WaitingRoom {
  readonly #queues = new Map<string, Set<Place>>()

  /** Takes a place. */
  enter(key: string): Waiting {
    const place: Place = { isCalled: false, wake: () => {} }
    const queue = this.#queues.get(key) ?? new Set()
    this.#queues.set(key, queue.add(place))
    return new Waiting(place, queue, () => {
      queue.delete(place)
      if (queue.size === 0) this.#queues.delete(key)
      // Whoever leaves with a call that it did not use passes it on.
      else if (place.isCalled) this.call(key)
    })
  }

  /** Calls who has waited longest. */
  call(key: string): void {
    const [first] = this.#queues.get(key) ?? []
    if (first === undefined) return
    first.isCalled = true
    first.wake()
  }
}

/** One who waits. */
export class Waiting {
  readonly #place: Place
  readonly #queue: ReadonlySet<Place>
  /** Gives the place up. */
  readonly leave: () => void

  constructor(place: Place, queue: ReadonlySet<Place>, leave: () => void) {
    this.#place = place
    this.#queue = queue
    this.leave = leave
  }

  /** Whether nobody has waited longer. */
  get isFirst(): boolean {
    const [first] = this.#queue
    return first === this.#place
  }

  /** The call is used: it is not passed on. */
  answer(): void {
    this.#place.isCalled = false
  }

  /** Waits until it is called, so long at most, or until the signal aborts, whose reason it rejects with. */
  async pause(duration: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    if (this.#place.isCalled) return
    await new Promise<void>((resolve, reject) => {
      const settle = (end: () => void) => () => {
        timer.cancel()
        signal?.removeEventListener('abort', abort)
        end()
      }
      const abort = settle(() => reject(signal?.reason))
      this.#place.wake = settle(resolve)
      const timer = clock.schedule(duration, settle(resolve), { name: 'wait for a lock' })
      signal?.addEventListener('abort', abort, { once: true })
    })
  }
}
