import { onAbort } from '@base/core/abort'
import type { Clock } from '@base/core/clock'
import { formatDuration } from '@base/core/duration'
import { errorKind, isAppError, TimeoutError, UnavailableError } from '@base/core/errors'
import type { IdempotencyStoreEvent } from './events.js'
import type { ClaimAnswer, IdempotencyClaim, IdempotencyStore, StoreAnswer } from './idempotency-store.js'

/** The pause before an outcome is written again, in milliseconds; doubled each time. */
const FIRST_PAUSE = 50

type Operation = IdempotencyStoreEvent['operation']

/** What a {@link BoundedStore} is made of. */
export interface BoundedStoreParts {
  readonly store: IdempotencyStore
  readonly claim: IdempotencyClaim
  /** How long each answer may take, in milliseconds. */
  readonly timeout: number
  readonly clock: Clock
  readonly onFailure: (operation: Operation, error: unknown) => void
}

/** A store, for the claim of one run, that always answers in time, and fails with errors of ours. */
export class BoundedStore {
  readonly transactional: boolean
  readonly #parts: BoundedStoreParts

  constructor(parts: BoundedStoreParts) {
    this.#parts = parts
    this.transactional = parts.store.transactional === true
  }

  /** Asks for the key. Where that does not end well, whatever comes of it later is given back. */
  async claim(signal: AbortSignal | undefined): Promise<ClaimAnswer> {
    const { store, claim, timeout } = this.#parts
    // Not by its throwIfAborted, which polyfills may not have.
    if (signal?.aborted) throw signal.reason
    let asked: StoreAnswer<ClaimAnswer> | undefined
    try {
      const answer = await this.#ask('claim', timeout, () => (asked = store.claim(claim)), signal)
      // A store that answers at once has not heard of an abort.
      if (signal?.aborted) throw signal.reason
      return answer
    } catch (error) {
      // What was taken in a transaction goes with it.
      if (!this.transactional) this.#forget(asked)
      throw error
    }
  }

  async renew(within: number): Promise<boolean> {
    const { store, claim, timeout } = this.#parts
    return this.#ask('renew', Math.min(timeout, Math.ceil(within)), () => store.renew(claim))
  }

  /** Writes the outcome, again and again while the store is only away, until the time for an answer is over. */
  async complete(outcome: string | undefined): Promise<boolean> {
    const { store, claim, timeout, clock } = this.#parts
    const deadline = clock.monotonic() + timeout
    for (let pause = FIRST_PAUSE; ; pause *= 2) {
      try {
        const left = Math.max(1, Math.ceil(deadline - clock.monotonic()))
        return await this.#ask('complete', Math.min(timeout, left), () => store.complete(claim, outcome))
      } catch (error) {
        const away = !this.transactional && errorKind(error) === 'unavailable'
        if (!away || clock.monotonic() + pause >= deadline) throw error
        await clock.sleep(pause)
      }
    }
  }

  /** Frees the key. One that cannot be freed is free when its lease is over. */
  async release(): Promise<void> {
    const { store, claim, timeout } = this.#parts
    await this.#ask('release', timeout, () => store.release(claim)).catch(() => {})
  }

  #forget(asked: StoreAnswer<ClaimAnswer> | undefined): void {
    const { store, claim } = this.#parts
    Promise.resolve(asked)
      .catch(() => {})
      .then(() => store.release(claim))
      .catch(() => {})
  }

  async #ask<T>(
    operation: Operation,
    limit: number,
    ask: () => StoreAnswer<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    try {
      const answer = ask()
      if (!isPromiseLike(answer)) return answer
      return await this.#inTime(answer, limit, signal)
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      // A transaction in which a statement has failed runs no other: its rollback frees the key.
      if (operation !== 'release' || !this.transactional) this.#parts.onFailure(operation, error)
      if (isAppError(error) && error.code !== 'TIMEOUT') throw error
      throw new UnavailableError({ message: 'The store of idempotency keys failed.', cause: error })
    }
  }

  #inTime<T>(answer: PromiseLike<T>, limit: number, signal: AbortSignal | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        timer.cancel()
        stop?.()
      }
      const fail = (error: unknown) => {
        settle()
        reject(error)
      }
      const abort = () => fail(signal?.reason)
      const late = () => {
        const message = `The store did not answer within ${formatDuration(limit)}.`
        fail(new TimeoutError({ message }))
      }
      const timer = this.#parts.clock.schedule(limit, late, { name: 'idempotency store' })
      const stop = signal && onAbort(signal, abort)
      if (signal?.aborted) abort()
      // One whose `then` throws would leave the timer.
      Promise.resolve(answer).then((value) => {
        settle()
        resolve(value)
      }, fail)
    })
  }
}

function isPromiseLike<T>(answer: StoreAnswer<T>): answer is PromiseLike<T> {
  return typeof (answer as PromiseLike<T> | undefined)?.then === 'function'
}
