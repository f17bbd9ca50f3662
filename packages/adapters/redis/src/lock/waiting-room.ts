import type { Clock } from '@base/core/clock'

/** Those of this process who wait for one key each. The first of a queue asks the server, the others wait for their turn. */
export class WaitingRoom {
  readonly #queues = new Map<string, Set<Waiting>>()
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
    const waiting = new Waiting(queue.size === 0 && this.#calls !== since)
    this.#queues.set(key, queue.add(waiting))
    return waiting
  }

  /** Gives a place up. */
  leave(key: string, waiting: Waiting): void {
    const queue = this.#queues.get(key)
    const wasFirst = this.#firstOf(key) === waiting
    queue?.delete(waiting)
    if (queue?.size === 0) this.#queues.delete(key)
    else if (wasFirst) this.call(key)
  }

  /** Whether it is its turn to ask; what called it before is answered by that. */
  answer(key: string, waiting: Waiting): boolean {
    waiting.isCalled = false
    return this.#firstOf(key) === waiting
  }

  /** Calls who has waited longest: the lock may be free. */
  call(key: string): void {
    this.#calls++
    const first = this.#firstOf(key)
    if (first === undefined) return
    first.isCalled = true
    first.wake()
  }

  /** Sends all away who wait for a key: who asked for them got no answer, and each would wait as long for his own. */
  dismiss(key: string, error: unknown): void {
    for (const waiting of this.#queues.get(key) ?? []) {
      waiting.failure = { error }
      waiting.wake()
    }
  }

  #firstOf(key: string): Waiting | undefined {
    return this.#queues.get(key)?.values().next().value
  }
}

/** One who waits. */
export class Waiting {
  /** Whether it has been called since it last looked. */
  isCalled: boolean
  /** Why there is nothing to wait for. */
  failure: { readonly error: unknown } | undefined
  wake: () => void = () => {}

  constructor(isCalled: boolean) {
    this.isCalled = isCalled
  }

  /**
   * Waits until it is called, so long at most. Rejects with the reason of the signal once it aborts, and with the error of
   * a dismissal.
   */
  async pause(duration: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    if (!this.isCalled) await this.#sleep(duration, clock, signal)
    if (this.failure !== undefined) throw this.failure.error
  }

  #sleep(duration: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
    if (this.failure !== undefined) return Promise.resolve()
    return new Promise<void>((resolve, reject) => {
      const settle = (end: () => void) => () => {
        timer.cancel()
        signal?.removeEventListener('abort', abort)
        end()
      }
      const abort = settle(() => reject(signal?.reason))
      this.wake = settle(resolve)
      const timer = clock.schedule(duration, settle(resolve), { name: 'wait for a lock' })
      signal?.addEventListener('abort', abort, { once: true })
    })
  }
}
