/**
 * Tells a client that nobody waits for a command any more: the part of an AbortSignal that node-redis uses, of which one for each
 * command would show.
 */
export class Gone {
  aborted = false
  /** Whether the command was taken back unwritten, and may be sent anew. */
  isTakenBack = false
  /** Where the command stands from when the client queues it until it writes it. */
  unwritten: Set<Gone> | undefined
  /** Called once it has left the client's queue so. */
  mend: (() => void) | undefined
  #listener: (() => void) | undefined

  /** One at a time: a command waits in one queue. */
  addEventListener(_event: 'abort', listener: () => void): void {
    this.#listener = listener
    this.unwritten?.add(this)
  }

  removeEventListener(_event: 'abort', listener: () => void): void {
    if (this.#listener === listener) this.#forget()
  }

  abort(): void {
    this.aborted = true
    this.#leave()
  }

  takeBack(): void {
    this.isTakenBack = true
    this.#leave()
  }

  #leave(): void {
    const listener = this.#listener
    if (listener === undefined) return
    this.#forget()
    listener()
    this.mend?.()
  }

  #forget(): void {
    this.#listener = undefined
    this.unwritten?.delete(this)
  }
}

/** Of a command that leaves the queue as soon as it stands there. */
export class Passing extends Gone {
  override addEventListener(event: 'abort', listener: () => void): void {
    super.addEventListener(event, listener)
    queueMicrotask(() => this.abort())
  }
}
