import { untilAborted } from '@base/core/abort'
import { UnavailableError } from '@base/core/errors'

/**
 * Lets so many calls run at once, and so many wait, first come first served: a flood of sign-ins costs time, not all memory.
 */
export class Slots {
  readonly #maxQueue: number
  readonly #queue = new Set<() => void>()
  #free: number

  constructor(slots: number, maxQueue: number) {
    this.#free = slots
    this.#maxQueue = maxQueue
  }

  /**
   * Runs when a slot is free. An abort ends the wait at once; of work that has begun only the wait for it, and its slot is free
   * when it has really ended.
   *
   * @throws UnavailableError where too many wait already.
   */
  async run<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    signal?.throwIfAborted()
    await this.#enter(signal)
    const running = work().finally(() => this.#leave())
    return untilAborted(running, signal)
  }

  async #enter(signal: AbortSignal | undefined): Promise<void> {
    if (this.#free > 0) {
      this.#free--
      return
    }
    if (this.#queue.size >= this.#maxQueue)
      throw new UnavailableError({ message: `More than ${this.#maxQueue} passwords wait to be hashed.` })
    let enter = (): void => {}
    const turn = new Promise<void>((resolve) => {
      enter = resolve
    })
    this.#queue.add(enter)
    try {
      await untilAborted(turn, signal)
    } catch (reason) {
      // Given the slot and aborted at once: it goes to the next.
      if (!this.#queue.delete(enter)) this.#leave()
      throw reason
    }
  }

  #leave(): void {
    const [next] = this.#queue
    if (next === undefined) {
      this.#free++
      return
    }
    this.#queue.delete(next)
    next()
  }
}
