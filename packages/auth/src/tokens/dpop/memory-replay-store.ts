import type { Clock } from '@base/core/clock'
import { UnavailableError } from '@base/core/errors'
import { checkInteger, checkOptions } from '@base/core/options'
import { checkOptionalClock } from '../../optional-clock.js'
import { placeOf } from '../../place.js'
import { Rounds } from '../../rounds.js'
import type { ReplayStore } from './replay-store.js'

const DEFAULT_MAX_ENTRIES = 1_000_000
/** Entries that each claim looks at, to forget those that are over: more than are added, so that none is left. */
const SWEPT = 2
/** The same where there is no room: enough to find it where there may be some, and no scan of a million for each claim. */
const SWEPT_WHEN_FULL = 1_000

/** Options of {@link memoryReplayStore}. */
export interface MemoryReplayStoreOptions {
  /**
   * Keys that are remembered at most, an integer from 1: about 200 bytes each. With more, claims are refused until some are
   * over, for a key that is forgotten could be used again; each claim then looks at 1,000 of them.
   * @defaultValue 1,000,000
   */
  readonly maxEntries?: number | undefined
  /** Source of time. @defaultValue the time of who asks */
  readonly clock?: Clock | undefined
}

/**
 * Remembers in the memory of one process what may come once only.
 *
 * @example
 * const replays = memoryReplayStore()
 * const proof = await verifyDpop(header, { method: 'POST', url: 'https://api.example/token', replays })
 *
 * @throws InvalidOptionError naming the option.
 */
export function memoryReplayStore(options: MemoryReplayStoreOptions = {}): ReplayStore {
  const pattern = 'memoryReplayStore'
  const place = placeOf(pattern)
  const { clock, maxEntries = DEFAULT_MAX_ENTRIES } = checkOptions(options, place('options'))
  checkOptionalClock(clock, pattern)
  return new MemoryReplayStore(checkInteger(maxEntries, { ...place('maxEntries'), min: 1 }), clock)
}

class MemoryReplayStore implements ReplayStore {
  readonly #clock: Clock | undefined
  readonly #maxEntries: number
  /** When each key is over. */
  readonly #keys = new Map<string, number>()
  readonly #rounds = new Rounds(this.#keys)

  constructor(maxEntries: number, clock: Clock | undefined) {
    this.#maxEntries = maxEntries
    this.#clock = clock
  }

  async claim(key: string, ttl: number, now: number): Promise<boolean> {
    const at = this.#clock?.now() ?? now
    const end = this.#keys.get(key)
    if (end !== undefined && at < end) return false
    this.#keys.delete(key)
    this.#sweep(at)
    if (this.#keys.size >= this.#maxEntries)
      throw new UnavailableError({ message: `There is no room for more than ${this.#maxEntries} keys.` })
    this.#keys.set(key, at + ttl)
    return true
  }

  /** Looks at the next keys, so that each has its turn. */
  #sweep(now: number): void {
    const most = this.#keys.size < this.#maxEntries ? SWEPT : Math.min(SWEPT_WHEN_FULL, this.#maxEntries)
    for (let looked = 0; looked < most; looked++) {
      const [key, end] = this.#rounds.next() ?? []
      if (key !== undefined && end !== undefined && now >= end) this.#keys.delete(key)
    }
  }
}
