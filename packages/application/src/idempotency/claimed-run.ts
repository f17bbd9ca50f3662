import { type AppError, isAppError } from '@base/core/errors'
import { reportCallbackError } from '@base/core/events'
import type { BoundedStore } from './bounded-store.js'
import { leaseLost } from './errors.js'
import type { IdempotencyContext, IdempotencyResult } from './idempotency.js'
import type { ClaimedKey, IdempotencyClaim } from './idempotency-store.js'
import { LeaseKeeper } from './lease-keeper.js'
import { textOfError, textOfValue } from './outcome.js'
import type { IdempotencySettings } from './settings.js'

/** What a {@link ClaimedRun} is made of. */
export interface ClaimedRunParts {
  readonly settings: Pick<IdempotencySettings, 'clock' | 'codec' | 'isFinal' | 'isFinalResult'>
  readonly store: BoundedStore
  readonly claim: IdempotencyClaim
  readonly answer: ClaimedKey
  /** When the key was asked for, by the monotonic clock. */
  readonly askedAt: number
  readonly signal: AbortSignal | undefined
  readonly onLost: () => void
}

/** What the function threw, and whether it was the reason of its signal: that is no outcome, whatever isFinal says. */
interface Thrown {
  readonly error: unknown
  readonly gaveUp: boolean
}

/** The one run of a request that has its key, from the call of its function to its outcome. */
export class ClaimedRun {
  readonly #parts: ClaimedRunParts

  constructor(parts: ClaimedRunParts) {
    this.#parts = parts
  }

  async execute<T>(fn: (context: IdempotencyContext) => T | PromiseLike<T>): Promise<IdempotencyResult<T>> {
    const called = await this.#call(fn)
    if ('value' in called) return this.#returned(called.value)
    await this.#threw(called)
    throw called.error
  }

  async #call<T>(
    fn: (context: IdempotencyContext) => T | PromiseLike<T>,
  ): Promise<{ readonly value: T } | Thrown> {
    const { answer, settings, store, claim, askedAt, signal: ends, onLost } = this.#parts
    const keeper = new LeaseKeeper({ store, claim, askedAt, clock: settings.clock, signal: ends, onLost })
    const context: IdempotencyContext = {
      // Made when it is asked for: most functions do not, and a signal costs more than the rest of this.
      get signal() {
        return keeper.signal
      },
      fence: answer.fence,
      takeover: answer.state === 'takeover',
    }
    try {
      return { value: await fn(context) }
    } catch (error) {
      const { signal } = keeper
      return { error, gaveUp: signal.aborted && error === signal.reason }
    } finally {
      keeper.stop()
    }
  }

  async #returned<T>(value: T): Promise<IdempotencyResult<T>> {
    if (!this.#isFinalResult(value)) {
      await this.#free(errorIn(value))
      return { value, replayed: false }
    }
    const encoded = this.#encode(value)
    const stored = await this.#complete(encoded.text)
    if ('error' in encoded) throw encoded.error
    return stored ? { value, replayed: false } : { value, replayed: false, stored: false }
  }

  async #threw({ error, gaveUp }: Thrown): Promise<void> {
    if (gaveUp || !isAppError(error) || !this.#isFinal(error)) await this.#free(error)
    else await this.#complete(textOfError(this.#parts.settings.codec, error), error)
  }

  /** Frees the key, unless the effect may have been committed: the next run has to know, and takes over after the lease. */
  async #free(error: unknown): Promise<void> {
    const { store, claim } = this.#parts
    if (!isAppError(error, 'COMMIT_UNKNOWN')) await store.release(claim)
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
    const { store, claim, onLost } = this.#parts
    const kept = await store.complete(claim, text).catch((error: unknown) => {
      if (store.transactional) throw error
    })
    if (kept !== false) return kept === true
    onLost()
    throw leaseLost(cause)
  }

  #isFinal(error: AppError): boolean {
    return this.#ask('isFinal', () => this.#parts.settings.isFinal(error), false)
  }

  #isFinalResult(value: unknown): boolean {
    return this.#ask('isFinalResult', () => this.#parts.settings.isFinalResult(value), true)
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
