import type { ClaimAnswer, IdempotencyClaim, IdempotencyStore } from '@base/application/idempotency'
import { type Clock, systemClock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkMethods, checkOptions } from '@base/core/options'
import { type Executor, isTransaction } from '../executor.js'
import { OwnTables } from '../own-tables/own-tables.js'
import { idempotencyMigrations } from './idempotency-migrations.js'
import { type ClaimedRow, IdempotencyTable } from './idempotency-table.js'

/** The most rows that one statement deletes. */
const BATCH = 1_000

/** When to ask again for a key that another is claiming in an open transaction, in milliseconds. */
const SOON = 1_000

const DEFAULT_PRUNE_INTERVAL: Duration = '1m'

/** Options of {@link drizzleIdempotencyStore}; checked and read once. */
export interface DrizzleIdempotencyStoreOptions {
  /**
   * How often, at most, a claim sets off the deletion of what is over, more than 0; `Infinity` never, for who calls
   * `prune` from a job. There is no timer, and in a transaction nothing is deleted.
   * @defaultValue '1m'
   */
  readonly pruneInterval?: Duration | undefined
  /**
   * Source of time, for who wants to decide when leases end. Without one they end by the clock of the database, which all
   * processes share.
   * @defaultValue the database's clock
   */
  readonly clock?: Clock | undefined
}

/** An `IdempotencyStore` in a table. */
export interface DrizzleIdempotencyStore extends IdempotencyStore {
  /** Whether it was given a transaction: its records are committed with it, or not at all. */
  readonly transactional: boolean
  claim(claim: IdempotencyClaim): Promise<ClaimAnswer>
  renew(claim: IdempotencyClaim): Promise<boolean>
  complete(claim: IdempotencyClaim, outcome: string | undefined): Promise<boolean>
  release(claim: IdempotencyClaim): Promise<boolean>
  /** Deletes all records that are over, a thousand at a time, and tells how many. */
  prune(): Promise<number>
}

/**
 * Keeps idempotency keys in the table `base_idempotency`, on PostgreSQL or PGlite.
 *
 * **On a database** each step is a statement of its own: the claim is seen by all processes before the function runs, and a
 * process that dies is taken over when its lease is over. Between the effect and its outcome a crash leaves the effect
 * without a record, and the one that takes over is told so.
 *
 * **In a transaction** (what a unit of work hands out, or drizzle's own) claim, effect and outcome are committed together,
 * or none of them: a crash leaves nothing, and nobody has to wait for a lease. A duplicate that comes meanwhile does not
 * wait for the transaction: it is a conflict at once. What the function does elsewhere is not undone, so keep it to this
 * database.
 *
 * The table is created at the first use where it is missing. In a transaction it is not: run
 * {@link idempotencyMigrations} through `migrate` before.
 *
 * @example
 * const idempotency = createIdempotency({ store: drizzleIdempotencyStore(db) })
 * const { value } = await idempotency.run(key, fingerprintOf(body), () => placeOrder(body))
 *
 * @throws InvalidOptionError naming the option.
 */
export function drizzleIdempotencyStore(
  executor: Executor,
  options: DrizzleIdempotencyStoreOptions = {},
): DrizzleIdempotencyStore {
  const place = { package: '@base/drizzle', pattern: 'drizzleIdempotencyStore' }
  const { clock, pruneInterval = DEFAULT_PRUNE_INTERVAL } = checkOptions(options, place)
  checkMethods(executor, ['execute', 'transaction'], { ...place, option: 'executor' })
  if (clock !== undefined) checkMethods(clock, ['now', 'monotonic'], { ...place, option: 'clock' })
  const rules = { ...place, option: 'pruneInterval', positive: true, infinity: true }
  return new TableStore(executor, clock, toMilliseconds(pruneInterval, rules))
}

class TableStore implements DrizzleIdempotencyStore {
  readonly transactional: boolean
  readonly #tables: OwnTables
  readonly #table: IdempotencyTable
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #pruneInterval: number
  #prunedAt: number

  constructor(executor: Executor, clock: Clock | undefined, pruneInterval: number) {
    this.transactional = isTransaction(executor)
    this.#tables = new OwnTables(executor, ['base_idempotency'], idempotencyMigrations)
    this.#table = new IdempotencyTable(this.#tables, clock)
    this.#clock = clock ?? systemClock
    this.#pruneInterval = pruneInterval
    this.#prunedAt = this.#clock.monotonic()
  }

  async claim(claim: IdempotencyClaim): Promise<ClaimAnswer> {
    await this.#prepare()
    const first = await this.#table.claim(claim)
    // What was committed after the statement began, a claim or an outcome, is seen by the next one.
    const row = first === undefined || isOverForAnother(first) ? await this.#table.claim(claim) : first
    this.#pruneIfDue()
    return row === undefined ? { state: 'conflict', retryAfter: Math.min(SOON, claim.lease) } : answerOf(row)
  }

  async renew(claim: IdempotencyClaim): Promise<boolean> {
    await this.#prepare()
    return this.#table.renew(claim)
  }

  async complete(claim: IdempotencyClaim, outcome: string | undefined): Promise<boolean> {
    await this.#prepare()
    return this.#table.complete(claim, outcome)
  }

  async release(claim: IdempotencyClaim): Promise<boolean> {
    await this.#prepare()
    return this.#table.release(claim)
  }

  async prune(): Promise<number> {
    await this.#prepare()
    for (let gone = 0; ; ) {
      const count = await this.#table.prune(BATCH)
      gone += count
      if (count < BATCH) return gone
    }
  }

  /** Nobody waits for it; where it fails, the next one tries. */
  #pruneIfDue(): void {
    const now = this.#clock.monotonic()
    if (this.transactional || now - this.#prunedAt < this.#pruneInterval) return
    this.#prunedAt = now
    this.prune().catch(() => {})
  }

  /** Not within a transaction of somebody's, which may be rolled back. */
  #prepare(): Promise<void> | undefined {
    return this.transactional ? undefined : this.#tables.prepare()
  }
}

/** A lease that is over and was not taken: somebody else was quicker, and the row is not what it was. */
function isOverForAnother({ mine, same, done, left }: ClaimedRow): boolean {
  return same && !mine && !done && left <= 0
}

function answerOf({ mine, takeover, fence, same, done, outcome, left }: ClaimedRow): ClaimAnswer {
  if (!same) return { state: 'mismatch' }
  if (done) return { state: 'replay', outcome: outcome ?? undefined }
  if (mine) return { state: takeover ? 'takeover' : 'run', fence: BigInt(fence) }
  return { state: 'conflict', retryAfter: Math.max(1, left) }
}
