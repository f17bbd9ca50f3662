import type { Clock } from '../clock/clock.js'
import { systemClock } from '../clock/system-clock.js'
import { checkMethods, checkOptions } from '../options/options.js'
import { notFreeError } from './errors.js'
import type { AcquireOptions, Lease, LeaseOptions, Lock } from './lock.js'
import { type CheckedAcquire, checkAcquire, checkLease } from './lock-options.js'
import { MemoryLease } from './memory-lease.js'

/** Options of {@link memoryLock}. */
export interface MemoryLockOptions {
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/**
 * A lock within one thread of one process, for workers have memory of their own: who waits longest comes next, and tokens grow over all keys.
 *
 * @throws InvalidOptionError for a clock that is none.
 *
 * @example
 * const lock = memoryLock()
 * const lease = await lock.acquire('invoice-run', { ttl: '10s' })
 * try {
 *   await sendInvoices({ signal: lease.signal, token: lease.token })
 * } finally {
 *   await lease.release()
 * }
 */
export function memoryLock(options: MemoryLockOptions = {}): Lock {
  const { clock = systemClock } = checkOptions(options, WHERE)
  return new MemoryLock(checkMethods(clock, ['monotonic', 'schedule'], { ...WHERE, option: 'clock' }))
}

const WHERE = { package: '@base/core', pattern: 'memoryLock' } as const

/** Who waits for a key. */
interface Place {
  readonly ttl: number
  readonly grant: (lease: Lease) => void
}

class MemoryLock implements Lock {
  readonly clock: Clock
  readonly #holders = new Map<string, MemoryLease>()
  readonly #queues = new Map<string, Set<Place>>()
  #token = 0n

  constructor(clock: Clock) {
    this.clock = clock
  }

  async acquire(key: string, options?: AcquireOptions): Promise<Lease> {
    const wish = checkAcquire(key, options)
    return this.#take(key, wish.ttl) ?? this.#enqueue(key, wish)
  }

  async tryAcquire(key: string, options?: LeaseOptions): Promise<Lease | undefined> {
    return this.#take(key, checkLease(key, options).ttl)
  }

  #take(key: string, ttl: number): Lease | undefined {
    // A busy event loop fires timers late: the holder's time may be over all the same.
    this.#holders.get(key)?.expireIfDue()
    return this.#holders.has(key) ? undefined : this.#grant(key, ttl)
  }

  #grant(key: string, ttl: number): MemoryLease {
    this.#token += 1n
    const lease = new MemoryLease({
      key,
      token: this.#token,
      ttl,
      clock: this.clock,
      onEnd: () => this.#next(key),
    })
    this.#holders.set(key, lease)
    return lease
  }

  #next(key: string): void {
    this.#holders.delete(key)
    const [place] = this.#queues.get(key) ?? []
    place?.grant(this.#grant(key, place.ttl))
  }

  #enqueue(key: string, { ttl, wait, signal }: CheckedAcquire): Promise<Lease> {
    const tooLate = notFreeError(key, wait)
    if (wait === 0) return Promise.reject(tooLate)
    return new Promise((resolve, reject) => {
      const queue = this.#queues.get(key) ?? new Set()
      this.#queues.set(key, queue)
      const leave = () => {
        timer.cancel()
        signal?.removeEventListener('abort', abort)
        queue.delete(place)
        if (queue.size === 0) this.#queues.delete(key)
      }
      const giveUp = (reason: unknown) => {
        leave()
        reject(reason)
      }
      const grant = (lease: Lease) => {
        leave()
        resolve(lease)
      }
      const place: Place = { ttl, grant }
      const abort = () => giveUp(signal?.reason)
      const timer = this.clock.schedule(wait, () => giveUp(tooLate), { name: `wait for lock '${key}'` })
      signal?.addEventListener('abort', abort, { once: true })
      queue.add(place)
    })
  }
}
