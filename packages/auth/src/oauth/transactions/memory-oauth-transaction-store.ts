import type { Clock } from '@base/core/clock'
import { checkInteger, checkOptions } from '@base/core/options'
import { checkOptionalClock } from '../../optional-clock.js'
import { placeOf } from '../../place.js'
import type { OAuthTransactionStore } from './oauth-transaction-store.js'

const DEFAULT_MAX_ENTRIES = 10_000
/** Entries that each `put` looks at, to forget those that are over: more than are added, so that none is left. */
const SWEPT = 2

/** Options of {@link memoryOAuthTransactionStore}. */
export interface MemoryOAuthTransactionStoreOptions {
  /**
   * Sign-ins that wait at most, an integer from 1: 1 to 4 KB each. Anybody may begin one, so with more the oldest is forgotten,
   * and whoever began it begins again.
   * @defaultValue 10,000
   */
  readonly maxEntries?: number | undefined
  /** Source of time. @defaultValue the time of who asks */
  readonly clock?: Clock | undefined
}

/**
 * Keeps the sign-ins that wait in the memory of one process. The way back must lead to the same process; a restart forgets them.
 *
 * @example
 * const client = createOidcClient({ ...google(), clientId: 'shop', transactions: memoryOAuthTransactionStore() })
 *
 * @throws InvalidOptionError naming the option.
 */
export function memoryOAuthTransactionStore(
  options: MemoryOAuthTransactionStoreOptions = {},
): OAuthTransactionStore {
  const pattern = 'memoryOAuthTransactionStore'
  const place = placeOf(pattern)
  const { clock, maxEntries = DEFAULT_MAX_ENTRIES } = checkOptions(options, place('options'))
  checkOptionalClock(clock, pattern)
  return new MemoryOAuthTransactionStore(checkInteger(maxEntries, { ...place('maxEntries'), min: 1 }), clock)
}

interface Waiting {
  readonly transaction: string
  readonly end: number
}

class MemoryOAuthTransactionStore implements OAuthTransactionStore {
  readonly #maxEntries: number
  readonly #clock: Clock | undefined
  /** The oldest first. */
  readonly #waiting = new Map<string, Waiting>()

  constructor(maxEntries: number, clock: Clock | undefined) {
    this.#maxEntries = maxEntries
    this.#clock = clock
  }

  async put(key: string, transaction: string, ttl: number, now: number): Promise<void> {
    const at = this.#at(now)
    this.#waiting.delete(key)
    this.#sweep(at)
    this.#waiting.set(key, { transaction, end: at + ttl })
  }

  async take(key: string, now: number): Promise<string | undefined> {
    const found = this.#waiting.get(key)
    this.#waiting.delete(key)
    return found !== undefined && this.#at(now) < found.end ? found.transaction : undefined
  }

  /** Forgets the first that are over, and the oldest where there is no room. */
  #sweep(now: number): void {
    let left = SWEPT
    for (const [key, { end }] of this.#waiting) {
      if (left-- === 0 || (now < end && this.#waiting.size < this.#maxEntries)) return
      this.#waiting.delete(key)
    }
  }

  #at(now: number): number {
    return this.#clock?.now() ?? now
  }
}
