import { type Clock, systemClock } from '@base/core/clock'
import { checkMethods, checkOptions } from '@base/core/options'
import { placeOf } from '../place.js'
import type { ClaimAnswer, IdempotencyClaim, IdempotencyStore } from './idempotency-store.js'
import { type MemoryRecord, RecordSweeper } from './record-sweeper.js'

/** The token of a key that was taken over and given back: no claim has it. */
const NOBODY = ''

/** Options of {@link memoryIdempotencyStore}. */
export interface MemoryIdempotencyStoreOptions {
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/** An {@link IdempotencyStore} in memory, which answers at once. */
export interface MemoryIdempotencyStore extends IdempotencyStore {
  /** Records that are held, those that are over but not yet swept among them. */
  readonly size: number
  claim(claim: IdempotencyClaim): ClaimAnswer
  renew(claim: IdempotencyClaim): boolean
  complete(claim: IdempotencyClaim, outcome: string | undefined): boolean
  release(claim: IdempotencyClaim): boolean
}

/**
 * Keeps the keys of one process in memory, each until its time is over: none is dropped to make room, for its request
 * would run twice. They go with the process.
 *
 * Lives are measured on the monotonic clock, so that a step of the wall clock changes nothing. Fences grow over all keys.
 * What is over is swept in small steps by a timer that does not hold the process.
 *
 * @example
 * const idempotency = createIdempotency({ store: memoryIdempotencyStore() })
 *
 * @throws InvalidOptionError for a clock that is none.
 */
export function memoryIdempotencyStore(options: MemoryIdempotencyStoreOptions = {}): MemoryIdempotencyStore {
  const place = placeOf('memoryIdempotencyStore')
  const { clock = systemClock } = checkOptions(options, place('options'))
  return new MemoryStore(checkMethods(clock, ['monotonic', 'schedule'], place('clock')))
}

class MemoryStore implements MemoryIdempotencyStore {
  readonly #clock: Clock
  readonly #records = new Map<string, MemoryRecord>()
  readonly #sweeper: RecordSweeper
  #fence = 0n

  constructor(clock: Clock) {
    this.#clock = clock
    this.#sweeper = new RecordSweeper(this.#records, clock)
  }

  get size(): number {
    return this.#records.size
  }

  claim(claim: IdempotencyClaim): ClaimAnswer {
    const now = this.#clock.monotonic()
    const record = this.#find(claim.key, now)
    if (record === undefined) return this.#take(claim, now, 'run')
    if (record.fingerprint !== claim.fingerprint) return { state: 'mismatch' }
    if (record.done) return { state: 'replay', outcome: record.outcome }
    if (record.token === claim.token) return { state: record.state, fence: record.fence }
    const left = record.leaseUntil - now
    return left > 0 ? { state: 'conflict', retryAfter: Math.ceil(left) } : this.#take(claim, now, 'takeover')
  }

  renew(claim: IdempotencyClaim): boolean {
    const now = this.#clock.monotonic()
    const record = this.#running(claim, now)
    if (record === undefined) return false
    record.leaseUntil = now + claim.lease
    record.expiresAt = record.leaseUntil + claim.ttl
    return true
  }

  complete(claim: IdempotencyClaim, outcome: string | undefined): boolean {
    const now = this.#clock.monotonic()
    const record = this.#find(claim.key, now)
    if (record !== undefined && record.token !== claim.token && record.token !== NOBODY) return false
    this.#keep(claim, {
      state: record?.state ?? 'run',
      fence: record?.fence ?? ++this.#fence,
      leaseUntil: now,
      expiresAt: now + claim.ttl,
      done: true,
      outcome,
    })
    return true
  }

  release(claim: IdempotencyClaim): boolean {
    const now = this.#clock.monotonic()
    const record = this.#running(claim, now)
    if (record === undefined) return false
    if (record.state === 'run') return this.#records.delete(claim.key)
    // Whoever ran before may have taken effect, and the next one is to know.
    const expiresAt = now + claim.ttl
    this.#records.set(claim.key, { ...record, token: NOBODY, leaseUntil: now, expiresAt })
    this.#sweeper.note(expiresAt)
    return true
  }

  #take(claim: IdempotencyClaim, now: number, state: 'run' | 'takeover'): ClaimAnswer {
    this.#fence += 1n
    const leaseUntil = now + claim.lease
    const expiresAt = leaseUntil + claim.ttl
    this.#keep(claim, { state, fence: this.#fence, leaseUntil, expiresAt, done: false, outcome: undefined })
    return { state, fence: this.#fence }
  }

  #keep(
    { key, fingerprint, token }: IdempotencyClaim,
    rest: Omit<MemoryRecord, 'fingerprint' | 'token'>,
  ): void {
    this.#records.set(key, { fingerprint, token, ...rest })
    this.#sweeper.note(rest.expiresAt)
  }

  #running({ key, token }: IdempotencyClaim, now: number): MemoryRecord | undefined {
    const record = this.#find(key, now)
    return record?.token === token && !record.done ? record : undefined
  }

  #find(key: string, now: number): MemoryRecord | undefined {
    const record = this.#records.get(key)
    if (record === undefined || record.expiresAt > now) return record
    this.#records.delete(key)
    return undefined
  }
}
