import { AppError } from '@base/core/errors'

/**
 * Frees, in the background, the room of entries that are not vouched for any more. Nobody waits for it: what it was refused, such
 * as a permission, is told to whoever calls next.
 */
export class Purge {
  readonly #free: (signal: AbortSignal) => Promise<void>
  readonly #closing = new AbortController()
  #isDue = false
  #refusal: AppError | undefined
  #running: Promise<void> | undefined

  constructor(free: (signal: AbortSignal) => Promise<void>) {
    this.#free = free
  }

  /**
   * Starts it; again after the one that runs, which may be past what is to go.
   *
   * @throws what the one before was refused.
   */
  start(): void {
    this.#isDue = true
    this.#running ??= this.#run()
    this.#tellRefusal()
  }

  /**
   * Ends it, where it stands.
   *
   * @throws what it was refused.
   */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#running
    this.#tellRefusal()
  }

  #tellRefusal(): void {
    const refusal = this.#refusal
    this.#refusal = undefined
    if (refusal !== undefined) throw refusal
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing
    while (this.#isDue && !signal.aborted) {
      this.#isDue = false
      // What is left is never read, and has its own end.
      await this.#free(signal).catch((error: unknown) => {
        if (error instanceof AppError && error.code === 'REDIS_REFUSED') this.#refusal = error
      })
    }
    this.#running = undefined
  }
}
