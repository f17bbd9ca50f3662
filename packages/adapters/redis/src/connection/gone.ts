/**
 * Tells a client that nobody waits for a command any more: the part of an AbortSignal that node-redis uses, of which one for each
 * command would show.
 */
export class Gone {
  aborted = false
  #listener: (() => void) | undefined

  /** One at a time: a command waits in one queue. */
  addEventListener(_event: 'abort', listener: () => void): void {
    this.#listener = listener
  }

  removeEventListener(_event: 'abort', listener: () => void): void {
    if (this.#listener === listener) this.#listener = undefined
  }

  abort(): void {
    this.aborted = true
    this.#listener?.()
  }
}
