import type { Slot } from '../policy/slot.js'

/** A slot of a bulkhead, from the start of a call until its function, and all that it asked to wait for, has settled. */
export class TakenSlot implements Slot {
  readonly outer: Slot | undefined
  readonly #free: () => void
  #holds = 1

  constructor(outer: Slot | undefined, free: () => void) {
    this.outer = outer
    this.#free = free
  }

  hold(): void {
    if (this.#holds > 0) this.#holds++
  }

  release(): void {
    // What is released after the end goes below 0, and frees nothing.
    this.#holds--
    if (this.#holds === 0) this.#free()
  }
}
