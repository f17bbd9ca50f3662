import type { ClaimAnswer, IdempotencyClaim, IdempotencyStore } from '@base/application/idempotency'
import { type Clock, systemClock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkMethods, checkOptions } from '@base/core/options'
import { type Executor, isTransaction } from '../executor.js'
import { isSet } from '../own-tables/flag.js'
import { OwnTables, type Row } from '../own-tables/own-tables.js'
import { idempotencyMigrations } from './idempotency-migrations.js'
import { CLAIM, COMPLETE, PRUNE, RELEASE, RENEW, type Timed } from './idempotency-statements.js'

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

/**
 * A row for each key. A claim is one statement, under an advisory lock of its key that ends with the transaction: nobody waits
 * for a key that is claimed in another's open transaction, and fences out of one sequence are handed out in the order of the
 * claims. A row that cannot be taken is only read: a claim that came to it in `on conflict` would lock it until its transaction
 * ends, and hold up the run that lives.
 */
class TableStore implements DrizzleIdempotencyStore {
  readonly transactional: boolean
  readonly #tables: OwnTables
  readonly #clock: Clock | undefined
  readonly #pruneInterval: number
  #prunedAt: number

  constructor(executor: Executor, clock: Clock | undefined, pruneInterval: number) {
    this.transactional = isTransaction(executor)
    this.#tables = new OwnTables(executor, ['base_idempotency'], idempotencyMigrations)
    this.#clock = clock
    this.#pruneInterval = pruneInterval
    this.#prunedAt = this.#now()
  }

  async claim(claim: IdempotencyClaim): Promise<ClaimAnswer> {
    const { key, fingerprint, token, lease, ttl } = claim
    const values = [key, fingerprint, token, lease, lease + ttl]
    let [row] = await this.#rows(CLAIM, values)
    // What was committed after the statement began, a claim or an outcome, is seen by the next one.
    if (row === undefined || isOverForAnother(row)) [row] = await this.#rows(CLAIM, values)
    this.#pruneIfDue()
    return row === undefined ? { state: 'conflict', retryAfter: Math.min(SOON, lease) } : answerOf(row)
  }

  async renew({ key, token, lease, ttl }: IdempotencyClaim): Promise<boolean> {
    return this.#hits(RENEW, [key, token, lease, lease + ttl])
  }

  async complete(claim: IdempotencyClaim, outcome: string | undefined): Promise<boolean> {
    const { key, fingerprint, token, ttl } = claim
    return this.#hits(COMPLETE, [key, fingerprint, token, ttl, outcome ?? null])
  }

  async release({ key, token, ttl }: IdempotencyClaim): Promise<boolean> {
    return this.#hits(RELEASE, [key, token, ttl])
  }

  async prune(): Promise<number> {
    for (let gone = 0; ; ) {
      const [row] = await this.#rows(PRUNE, [BATCH])
      const count = row?.['n'] as number
      gone += count
      if (count < BATCH) return gone
    }
  }

  /** Nobody waits for it; where it fails, the next one tries. */
  #pruneIfDue(): void {
    const now = this.#now()
    if (this.transactional || now - this.#prunedAt < this.#pruneInterval) return
    this.#prunedAt = now
    this.prune().catch(() => {})
  }

  #now(): number {
    return (this.#clock ?? systemClock).monotonic()
  }

  async #hits(statement: Timed, values: unknown[]): Promise<boolean> {
    return (await this.#rows(statement, values)).length > 0
  }

  async #rows(statement: Timed, values: unknown[]): Promise<readonly Row[]> {
    // Nothing is created within a transaction of somebody's, which may be rolled back.
    if (!this.transactional) await this.#tables.prepare()
    return this.#tables.rows(statement(this.#clock, values))
  }
}

/** A lease that is over and was not taken: somebody else was quicker, and the row is not what it was. */
function isOverForAnother(row: Row): boolean {
  return isSet(row, 'same') && !isSet(row, 'mine') && !isSet(row, 'done') && (row['left'] as number) <= 0
}

function answerOf(row: Row): ClaimAnswer {
  if (!isSet(row, 'same')) return { state: 'mismatch' }
  if (isSet(row, 'done')) return { state: 'replay', outcome: (row['outcome'] as string | null) ?? undefined }
  if (isSet(row, 'mine'))
    return { state: isSet(row, 'takeover') ? 'takeover' : 'run', fence: BigInt(row['fence'] as string) }
  return { state: 'conflict', retryAfter: Math.max(1, row['left'] as number) }
}
