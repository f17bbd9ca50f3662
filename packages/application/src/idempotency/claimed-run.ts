import { isAppError } from '@base/core/errors'
import { reportCallbackError } from '@base/core/events'
import type { BoundedStore } from './bounded-store.js'
import { leaseLost } from './errors.js'
import type { IdempotencyContext, IdempotencyResult } from './idempotency.js'
import type { ClaimedKey } from './idempotency-store.js'
import { LeaseKeeper } from './lease-keeper.js'
import { textOfError, textOfValue } from './outcome.js'
import type { IdempotencySettings } from './settings.js'

/** What a {@link ClaimedRun} is made of. */
export interface ClaimedRunParts {
  readonly settings: IdempotencySettings
  readonly store: BoundedStore
  readonly answer: ClaimedKey
  /** When the key was asked for, by the monotonic clock. */
  readonly askedAt: number
  readonly signal: AbortSignal | undefined
  readonly onLost: () => void
}

/** The one run of a request that has its key, from the call of its function to its outcome. */
export class ClaimedRun {
  readonly #parts: ClaimedRunParts

  constructor(parts: ClaimedRunParts) {
    this.#parts = parts
  }

  async execute<T>(fn: (context: IdempotencyContext) => T | PromiseLike<T>): Promise<IdempotencyResult<T>> {
    const { answer, settings, store, askedAt, signal: ends, onLost } = this.#parts
    const { lease, clock } = settings
    const keeper = new LeaseKeeper({ store, lease, askedAt, clock, signal: ends, onLost })
    const context: IdempotencyContext = {
      // Made when it is asked for: most functions do not, and a signal costs more than the rest of this.
      get signal() {
        return keeper.signal
      },
      fence: answer.fence,
      takeover: answer.state === 'takeover',
    }
    let value: T
    try {
      value = await fn(context)
    } catch (error) {
      keeper.stop()
      const { signal } = keeper
      await this.#threw(error, signal.aborted && error === signal.reason)
      throw error
    }
    keeper.stop()
    return this.#returned(value)
  }

  async #returned<T>(value: T): Promise<IdempotencyResult<T>> {
    if (!this.#ask('isFinalResult', () => this.#parts.settings.isFinalResult(value), true)) {
      await this.#free(errorIn(value))
      return { value, replayed: false }
    }
    const encoded = this.#encode(value)
    const stored = await this.#complete(encoded.text)
    if ('error' in encoded) throw encoded.error
    return stored ? { value, replayed: false } : { value, replayed: false, stored: false }
  }

  /** Who threw the reason of its signal gave up: that is no outcome, whatever isFinal says. */
  async #threw(error: unknown, gaveUp: boolean): Promise<void> {
    const { settings } = this.#parts
    if (!gaveUp && isAppError(error) && this.#ask('isFinal', () => settings.isFinal(error), false))
      await this.#complete(textOfError(settings.codec, error), error)
    else await this.#free(error)
  }

  /** Frees the key, unless the effect may have been committed: the next run has to know, and takes over after the lease. */
  async #free(error: unknown): Promise<void> {
    if (!isAppError(error, 'COMMIT_UNKNOWN')) await this.#parts.store.release()
  }

  /** A value that cannot be written is an outcome all the same: its request must not run again. */
  #encode(value: unknown): { text: string | undefined; error?: unknown } {
    try {
      return { text: textOfValue(this.#parts.settings.codec, value) }
    } catch (error) {
      return { text: undefined, error }
    }
  }

  /**
   * Keeps the outcome; false where the store fails. The effect is there: to fail now would only have it repeated.
   *
   * @throws ConflictError `LEASE_LOST`; what the store says, where it writes in the caller's transaction.
   */
  async #complete(text: string | undefined, cause?: unknown): Promise<boolean> {
    const { store, onLost } = this.#parts
    const kept = await store.complete(text).catch((error: unknown) => {
      if (store.transactional) throw error
    })
    if (kept !== false) return kept === true
    onLost()
    throw leaseLost(cause)
  }

  /**
   * Only a plain answer that differs from `otherwise` counts. A callback that throws, or gives a promise, which nobody waits
   * for, does not change the outcome: it is as if it had not been given.
   */
  #ask(callback: string, ask: () => unknown, otherwise: boolean): boolean {
    try {
      const answer = ask()
      if (!isPromise(answer)) return answer === !otherwise ? answer : otherwise
      Promise.resolve(answer).catch(() => {})
      throw new TypeError('it gave a promise, and has to answer at once')
    } catch (error) {
      reportCallbackError(error, { package: '@base/application', pattern: 'Idempotency', callback })
      return otherwise
    }
  }
}

/** The error of a `Result`; nothing, where the value has none, or lets nobody read it. */
function errorIn(value: unknown): unknown {
  try {
    return (value as { readonly error?: unknown } | null | undefined)?.error
  } catch {
    return undefined
  }
}

/** Also one of another realm. */
function isPromise(value: unknown): boolean {
  return value instanceof Promise || Object.prototype.toString.call(value) === '[object Promise]'
}
