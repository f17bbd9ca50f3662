/**
 * opossum's remedy for calls that hang: one controller for all of them, aborted where one takes too long, so that the action
 * can end by `getSignal()`. Once aborted it stays so, unless it is renewed where the circuit probes or closes.
 */
export class SharedAbort {
  readonly #renews: boolean
  #controller: AbortController | undefined

  constructor(controller: AbortController | undefined, renews: boolean) {
    this.#renews = renews
    this.#controller = controller ?? (renews ? new AbortController() : undefined)
  }

  get controller(): AbortController | undefined {
    return this.#controller
  }

  abort(): void {
    this.#controller?.abort()
  }

  renew(): void {
    if (this.#renews && this.#controller?.signal.aborted) this.#controller = new AbortController()
  }
}
