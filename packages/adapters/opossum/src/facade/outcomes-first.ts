/** In the next turn of the event loop. Taken at load, so that a test's fake timers do not stop it. */
const later: (fn: () => void) => unknown = setImmediate

/**
 * Tells what a call has done to the circuit after what became of the call itself, as opossum does: our breaker does both at
 * once, and the call is heard of a moment later. Where it was a call of somebody else, the next turn tells.
 */
export class OutcomesFirst {
  #running = 0
  #waiting: (() => void) | undefined

  begin(): void {
    this.#running++
  }

  /** What became of a call was told. */
  end(): void {
    // Of several at once it may have been another that changed the circuit.
    if (--this.#running === 0) this.flush()
  }

  tell(change: () => void): void {
    this.#waiting = change
    if (this.#running === 0) this.flush()
    else later(() => this.flush())
  }

  /** Whatever waits is told now, before what comes next. */
  flush(): void {
    const change = this.#waiting
    this.#waiting = undefined
    change?.()
  }
}
