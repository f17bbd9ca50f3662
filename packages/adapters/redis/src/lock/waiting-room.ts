import type { Clock } from '@base/core/clock'

/** A place in a queue. */
interface Place {
  /** Whether it has been called since it last looked. */
  isCalled: boolean
  /** Why there is nothing to wait for. */
  failure?: { readonly error: unknown }
  wake: () => void
}

/** Those of this process who wait for one key each. The first of a queue asks the server, the others wait for their turn. */
export class WaitingRoom {
  readonly #queues = new Map<string, Set<Place>>()
  #calls = 0

  /** How often anybody was called. */
  get calls(): number {
    return this.#calls
  }

  /** Whether nobody waits for a key. */
  isEmptyFor(key: string): boolean {
    return !this.#queues.has(key)
  }

  /** Takes a place, the last one. Whoever was called since so many calls may have been called too early to hear it. */
  enter(key: string, since: number): Waiting {
    const queue = this.#queues.get(key) ?? new Set()
    const place: Place = { isCalled: queue.size === 0 && this.#calls !== since, wake: () => {} }
    this.#queues.set(key, queue.add(place))
    const first = () => queue.values().next().value
    return new Waiting(
      place,
      () => first() === place,
      () => {
        const wasFirst = first() === place
        queue.delete(place)
        if (queue.size === 0) this.#queues.delete(key)
        else if (wasFirst) this.call(key)
      },
    )
  }

  /** Calls who has waited longest: the lock may be free. */
  call(key: string): void {
    this.#calls++
    const [first] = this.#queues.get(key) ?? []
    if (first === undefined) return
    first.isCalled = true
    first.wake()
  }

  /** Sends all away who wait for a key: who asked for them got no answer, and each would wait as long for his own. */
  dismiss(key: string, error: unknown): void {
    for (const place of this.#queues.get(key) ?? []) {
      place.failure = { error }
      place.wake()
    }
  }
}

/** One who waits. */
export class Waiting {
  readonly #place: Place
  readonly #isFirst: () => boolean
  /** Gives the place up. */
  readonly leave: () => void

  constructor(place: Place, isFirst: () => boolean, leave: () => void) {
    this.#place = place
    this.#isFirst = isFirst
    this.leave = leave
  }

  /** Whether it is its turn to ask; what called it before is answered by that. */
  answer(): boolean {
    this.#place.isCalled = false
    return this.#isFirst()
  }

  /**
   * Waits until it is called, so long at most. Rejects with the reason of the signal once it aborts, and with the error of
   * a dismissal.
   */
  async pause(duration: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    if (!this.#place.isCalled) await this.#sleep(duration, clock, signal)
    if (this.#place.failure !== undefined) throw this.#place.failure.error
  }

  #sleep(duration: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
    if (this.#place.failure !== undefined) return Promise.resolve()
    return new Promise<void>((resolve, reject) => {
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
