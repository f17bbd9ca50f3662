/** Frees, in the background, the room of entries that are not vouched for any more. */
export class Purge {
  readonly #free: (signal: AbortSignal) => Promise<void>
  readonly #closing = new AbortController()
  #isDue = false
  #running: Promise<void> | undefined

  constructor(free: (signal: AbortSignal) => Promise<void>) {
    this.#free = free
  }

  /** Starts it; again after the one that runs, which may be past what is to go. */
  start(): void {
    this.#isDue = true
    this.#running ??= this.#run()
  }

  /** Ends it, where it stands. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing
    while (this.#isDue && !signal.aborted) {
      this.#isDue = false
      // What is left is never read, and has its own end.
      await this.#free(signal).catch(() => {})
    }
    this.#running = undefined
  }
}
