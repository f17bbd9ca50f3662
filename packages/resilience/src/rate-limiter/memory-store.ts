import type { Clock } from '@base/core/clock'
import { checkInteger, checkOptions } from '@base/core/options'
import { checkClock } from '../policy/check-clock.js'
import { placesOf } from '../policy/place.js'
import type { RateLimit, RateLimitResult, RateLimitStore } from './store.js'
import { Table } from './table.js'

const DEFAULT_MAX_KEYS = 1_000_000

/** Options of {@link memoryRateLimitStore}. */
export interface MemoryRateLimitStoreOptions {
  /**
   * Keys that are remembered for each limit, an integer from 1. With more, those that are soonest idle of some are
   * forgotten, and may spend anew.
   * @defaultValue 1,000,000
   */
  readonly maxKeys?: number | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/** A {@link RateLimitStore} in memory, which answers at once. */
export interface MemoryRateLimitStore extends RateLimitStore {
  /** Keys that are remembered, of all limits. */
  readonly size: number
  consume(key: string, cost: number, limit: RateLimit): RateLimitResult
  reset(key: string, limit: RateLimit): void
  block(key: string, duration: number, limit: RateLimit): void
}

/**
 * Keeps the counts of one process in memory.
 *
 * A key takes memory only while it is not as new; idle ones are swept in small steps, by an unref'd timer and with each
 * new key. `gcra`, `token_bucket` and `sliding_log` are measured on the monotonic clock, which never steps;
 * `fixed_window` and `sliding_window` follow the wall clock, as they are aligned to the epoch.
 *
 * @example
 * const store = memoryRateLimitStore({ maxKeys: 100_000 })
 * const reads = new RateLimiter({ name: 'reads', policies: '100/minute', store })
 * const writes = new RateLimiter({ name: 'writes', policies: '10/minute', store })
 *
 * @throws InvalidOptionError naming the option.
 */
export function memoryRateLimitStore(options: MemoryRateLimitStoreOptions = {}): MemoryRateLimitStore {
  const { maxKeys = DEFAULT_MAX_KEYS, clock } = checkOptions(options, place('options'))
  return new MemoryStore(
    checkClock(clock, place('clock')),
    checkInteger(maxKeys, { ...place('maxKeys'), min: 1 }),
  )
}

class MemoryStore implements MemoryRateLimitStore {
  readonly #clock: Clock
  readonly #maxKeys: number
  /** By name and policies. */
  readonly #tables = new Map<string, Table>()
  readonly #tableOf = new WeakMap<RateLimit, Table>()
  /** Most stores have one limit, or one that is asked most. */
  #last: RateLimit | undefined
  #lastTable: Table | undefined

  constructor(clock: Clock, maxKeys: number) {
    this.#clock = clock
    this.#maxKeys = maxKeys
  }

  get size(): number {
    let size = 0
    for (const table of this.#tables.values()) size += table.size
    return size
  }

  consume(key: string, cost: number, limit: RateLimit): RateLimitResult {
    return this.#table(limit).consume(key, cost)
  }

  reset(key: string, limit: RateLimit): void {
    this.#table(limit).reset(key)
  }

  block(key: string, duration: number, limit: RateLimit): void {
    this.#table(limit).block(key, duration)
  }

  #table(limit: RateLimit): Table {
    if (limit === this.#last) return this.#lastTable as Table
    const table = this.#tableOf.get(limit) ?? this.#find(limit)
    this.#last = limit
    this.#lastTable = table
    return table
  }

  #find(limit: RateLimit): Table {
    const identity = JSON.stringify([limit.name, limit.policies])
    let table = this.#tables.get(identity)
    if (table === undefined) {
      table = new Table(limit, this.#clock, this.#maxKeys)
      this.#tables.set(identity, table)
    }
    this.#tableOf.set(limit, table)
    return table
  }
}

const place = placesOf('memoryRateLimitStore')
