import { UnavailableError } from '@base/core/errors'
import { checkFunction, checkOptions, checkSignal, checkText, invalidOption } from '@base/core/options'
import { placeOf } from '../place.js'
import { BoundedStore } from './bounded-store.js'
import { checkStore } from './check-store.js'
import { ClaimedRun, type ClaimedRunParts } from './claimed-run.js'
import { digestOf } from './digest.js'
import { deadlock, IdempotencyInProgressError, IdempotencyMismatchError } from './errors.js'
import { type IdempotencyEventName, type IdempotencyEvents, Observers } from './events.js'
import type {
  Idempotency,
  IdempotencyContext,
  IdempotencyResult,
  IdempotencyRunOptions,
} from './idempotency.js'
import type { ClaimAnswer, HeldKey, IdempotencyClaim, IdempotencyStore } from './idempotency-store.js'
import { outcomeOf } from './outcome.js'
import { portableKey } from './portable-key.js'
import { isInside, runInside } from './running.js'
import type { IdempotencySettings } from './settings.js'

const place = /* @__PURE__ */ placeOf('Idempotency.run')

/** How long a waiting request pauses before it looks again, in milliseconds: it doubles from the first to the longest. */
const FIRST_PAUSE = 25
const LONGEST_PAUSE = 400

/** Asks the store, and does what its answer says. */
export class IdempotencyRunner implements Idempotency {
  readonly #settings: IdempotencySettings
  readonly #observers: Observers

  constructor(settings: IdempotencySettings, observers: Observers = new Observers()) {
    this.#settings = settings
    this.#observers = observers
  }

  within(store: IdempotencyStore): Idempotency {
    return new IdempotencyRunner(
      { ...this.#settings, store: checkStore(store, 'Idempotency.within') },
      this.#observers,
    )
  }

  on<Name extends IdempotencyEventName>(
    event: Name,
    listener: (payload: IdempotencyEvents[Name]) => unknown,
  ): () => void {
    return this.#observers.on(event, listener)
  }

  async run<T>(
    key: string,
    fingerprint: string,
    fn: (context: IdempotencyContext) => T | PromiseLike<T>,
    options: IdempotencyRunOptions = {},
  ): Promise<IdempotencyResult<T>> {
    const { signal } = checkOptions(options, place('options'))
    checkText(key, place('key'))
    checkFunction(fn, place('fn'))
    if (typeof fingerprint !== 'string') throw invalidOption(fingerprint, place('fingerprint'), 'a text')
    checkSignal(signal, place('signal'))
    // Not by its throwIfAborted, which polyfills may not have.
    if (signal?.aborted) throw signal.reason
    const claim = await this.#claimOf(key, fingerprint)
    const store = this.#storeOf(key, claim)
    const { answer, askedAt } = await this.#ask(claim.key, store, signal)
    switch (answer?.state) {
      case 'conflict':
        this.#observers.tell('inProgress', { key })
        throw new IdempotencyInProgressError({ retryAfter: this.#rest(answer) })
      case 'mismatch':
        this.#observers.tell('mismatch', { key })
        throw new IdempotencyMismatchError()
      case 'replay':
        this.#observers.tell('replay', { key })
        return { value: outcomeOf(this.#settings.codec, answer.outcome) as T, replayed: true }
      case 'run':
      case 'takeover':
        return this.#begin(key, { store, answer, askedAt, signal }).execute((context) =>
          runInside({ store: this.#settings.store, key: claim.key }, async () => fn(context)),
        )
      default:
        throw new UnavailableError({ message: 'The store of idempotency keys gave no answer.' })
    }
  }

  /** Asks until the key is free or done, or the time to wait is over. */
  async #ask(
    key: string,
    store: BoundedStore,
    signal: AbortSignal | undefined,
  ): Promise<{ answer: ClaimAnswer; askedAt: number }> {
    const { clock, wait } = this.#settings
    const deadline = clock.monotonic() + wait
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      const askedAt = clock.monotonic()
      const answer = await store.claim(signal)
      if (answer?.state !== 'conflict') return { answer, askedAt }
      if (isInside(this.#settings.store, key)) throw deadlock()
      const left = Math.ceil(deadline - clock.monotonic())
      if (left <= 0) return { answer, askedAt }
      await clock.sleep(Math.min(pause, left, this.#rest(answer)), { signal })
    }
  }

  /** How long the lease of another holds yet, no longer than ours; a store of somebody else may say anything. */
  #rest({ retryAfter }: HeldKey): number {
    const { lease } = this.#settings
    const rest = Math.ceil(Number(retryAfter))
    return rest >= 1 && rest <= lease ? rest : lease
  }

  #begin(key: string, run: Omit<ClaimedRunParts, 'settings' | 'onLost'>): ClaimedRun {
    const { fence, state } = run.answer
    this.#observers.tell('run', { key, fence, takeover: state === 'takeover' })
    let isLost = false
    const onLost = () => {
      if (!isLost) this.#observers.tell('lost', { key })
      isLost = true
    }
    return new ClaimedRun({ ...run, settings: this.#settings, onLost })
  }

  #storeOf(key: string, claim: IdempotencyClaim): BoundedStore {
    const { store, storeTimeout, clock } = this.#settings
    return new BoundedStore({
      store,
      claim,
      timeout: storeTimeout,
      clock,
      onFailure: (operation, error) => this.#observers.tell('storeFailed', { key, operation, error }),
    })
  }

  async #claimOf(key: string, fingerprint: string): Promise<IdempotencyClaim> {
    const { lease, ttl } = this.#settings
    return {
      key: await portableKey(key),
      fingerprint: await digestOf(fingerprint),
      token: crypto.randomUUID(),
      lease,
      ttl,
    }
  }
}
