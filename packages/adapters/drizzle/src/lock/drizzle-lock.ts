import { untilAborted } from '@base/core/abort'
import { type Clock, systemClock } from '@base/core/clock'
import { UnavailableError } from '@base/core/errors'
import {
  type AcquireOptions,
  checkAcquire,
  checkLease,
  type Lease,
  type LeaseOptions,
  type Lock,
  notFreeError,
  remoteLease,
  trustedUntil,
} from '@base/core/lock'
import { checkMethods, checkOptions, invalidOption } from '@base/core/options'
import { type Executor, isTransaction } from '../executor.js'
import { LeaseTable } from './lease-table.js'
import { WaitingRoom } from './waiting-room.js'

/** How long it waits between looks at the table, in milliseconds: it doubles from the first to the longest. */
const FIRST_PAUSE = 25
const LONGEST_PAUSE = 400

/** Options of {@link drizzleLock}. */
export interface DrizzleLockOptions {
  /**
   * Source of time, for who wants to decide when leases end. Without one they end by the clock of the database, which all
   * processes share, and a process gives its own lease up by its own count, 1 % of the `ttl` and 2 ms before.
   *
   * @defaultValue the database's clock, and systemClock for the pauses
   */
  readonly clock?: Clock | undefined
}

/**
 * A lock between processes: a lease is a row of the table `base_locks`, with a token out of a sequence, so that what is
 * locked can refuse a holder that was too slow.
 *
 * Who waits looks again after 25 ms, then less often, every 400 ms at last. Within this process only who has waited longest
 * looks, and a release wakes it: the order is that of `acquire`. Those who do not wait may come between: `tryAcquire`, a
 * `wait` of 0, and who looks once more as its `wait` ends. A look that has had no answer for 400 ms holds up nobody.
 *
 * The table is created at the first use where it is missing; a role that must not do so runs {@link lockMigrations} through
 * `migrate` before. It takes a database, not a transaction: a lease is seen once it is committed.
 *
 * @example
 * const lock = drizzleLock(db)
 * await withLock(lock, 'invoice-run', { ttl: '10s' }, (lease) => sendInvoices({ token: lease.token }))
 *
 * @throws InvalidOptionError for an executor or a clock that is none, and for a transaction. From `acquire` and `tryAcquire` UnavailableError with
 * code `DATABASE_TOO_LATE` where the lease was over before the database had answered: it is given back.
 * @see Martin Kleppmann, "How to do distributed locking", 2016
 */
export function drizzleLock(executor: Executor, options: DrizzleLockOptions = {}): Lock {
  const place = { package: '@base/drizzle', pattern: 'drizzleLock' }
  const { clock } = checkOptions(options, place)
  checkMethods(executor, ['execute', 'transaction'], { ...place, option: 'executor' })
  if (isTransaction(executor))
    throw invalidOption(executor, { ...place, option: 'executor' }, 'a database, and no transaction')
  if (clock !== undefined)
    checkMethods(clock, ['now', 'monotonic', 'schedule'], { ...place, option: 'clock' })
  return new DrizzleLock(new LeaseTable(executor, clock), clock ?? systemClock)
}

class DrizzleLock implements Lock {
  readonly clock: Clock
  readonly #table: LeaseTable
  readonly #room: WaitingRoom

  constructor(table: LeaseTable, clock: Clock) {
    this.#table = table
    this.clock = clock
    this.#room = new WaitingRoom(clock)
  }

  async acquire(key: string, options?: AcquireOptions): Promise<Lease> {
    const { ttl, wait, signal } = checkAcquire(key, options)
    const deadline = this.clock.monotonic() + wait
    const waiting = this.#room.enter(key)
    try {
      for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
        signal?.throwIfAborted()
        waiting.answer()
        // Nobody is refused without a look.
        const looks = waiting.isNext || this.clock.monotonic() >= deadline
        const lease = looks ? await waiting.look(() => this.#take(key, ttl, signal)) : undefined
        if (lease !== undefined) return lease
        const left = deadline - this.clock.monotonic()
        if (looks && left <= 0) throw notFreeError(key, wait)
        await waiting.pause(Math.max(0, Math.ceil(Math.min(pause, left))), signal)
      }
    } finally {
      this.#room.leave(key, waiting)
    }
  }

  async tryAcquire(key: string, options?: LeaseOptions): Promise<Lease | undefined> {
    const { ttl, signal } = checkLease(key, options)
    return this.#take(key, ttl, signal)
  }

  /** Asks the table once. Where the signal aborts meanwhile it rejects at once, and what was taken is given back. */
  async #take(key: string, ttl: number, signal: AbortSignal | undefined): Promise<Lease | undefined> {
    const asked = this.#ask(key, ttl)
    try {
      return await untilAborted(asked, signal)
    } catch (error) {
      asked.then((lease) => lease?.release()).catch(() => {})
      throw error
    }
  }

  async #ask(key: string, ttl: number): Promise<Lease | undefined> {
    const [clock, table, askedAt] = [this.clock, this.#table, this.clock.monotonic()]
    const token = await table.take(key, ttl)
    if (token === undefined) return undefined
    if (clock.monotonic() >= trustedUntil(askedAt, ttl)) {
      table.end(key, token).catch(() => {})
      throw tooLate(key)
    }
    const lease = remoteLease({
      ...{ key, token, ttl, askedAt, clock },
      extend: async (lasting) => {
        const extendedAt = clock.monotonic()
        return (await table.extend(key, token, lasting)) ? extendedAt : undefined
      },
      release: () => table.end(key, token),
      onEnd: () => this.#room.call(key),
    })
    // Who waits here is called when it is over, also if nobody ever looks at it.
    void lease.signal
    return lease
  }
}

function tooLate(key: string): UnavailableError {
  return new UnavailableError({
    code: 'DATABASE_TOO_LATE',
    message: `The lease of lock '${key}' was over before the database had answered.`,
    details: { key },
  })
}
