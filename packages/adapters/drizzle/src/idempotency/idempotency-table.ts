import type { IdempotencyClaim } from '@base/application/idempotency'
import type { Clock } from '@base/core/clock'
import type { SQL } from 'drizzle-orm'
import { isSet } from '../own-tables/flag.js'
import type { OwnTables, Row } from '../own-tables/own-tables.js'
import { CLAIM, COMPLETE, PRUNE, RELEASE, RENEW } from './idempotency-statements.js'

/** What the table says to a claim. */
export interface ClaimedRow {
  /** Whether the claim has the key: since now, or since it asked before. */
  readonly mine: boolean
  readonly takeover: boolean
  readonly fence: string
  readonly same: boolean
  readonly done: boolean
  readonly outcome: string | null
  /** What is left of the lease, in milliseconds; 0 or less where it is over. */
  readonly left: number
}

/**
 * The records, a row for each key. A claim is one statement, under an advisory lock of its key that ends with the
 * transaction: nobody waits for a key that is claimed in another's open transaction, and fences out of one sequence are
 * handed out in the order of the claims. A row that cannot be taken is only read: a claim that came to it in `on conflict`
 * would lock it until its transaction ends, and hold up the run that lives.
 */
export class IdempotencyTable {
  readonly #tables: OwnTables
  readonly #clock: Clock | undefined

  constructor(tables: OwnTables, clock: Clock | undefined) {
    this.#tables = tables
    this.#clock = clock
  }

  /** The row of the key after the claim; `undefined` where another claims it right now. */
  async claim({ key, fingerprint, token, lease, ttl }: IdempotencyClaim): Promise<ClaimedRow | undefined> {
    const [row] = await this.#tables.rows(CLAIM(this.#clock, [key, fingerprint, token, lease, lease + ttl]))
    return row && claimedRowOf(row)
  }

  /** Lets the lease last from now; false where the token does not run the key. */
  renew({ key, token, lease, ttl }: IdempotencyClaim): Promise<boolean> {
    return this.#hits(RENEW(this.#clock, [key, token, lease, lease + ttl]))
  }

  /** Keeps an outcome; false where another token has the key. */
  complete(claim: IdempotencyClaim, outcome: string | undefined): Promise<boolean> {
    const { key, fingerprint, token, ttl } = claim
    return this.#hits(COMPLETE(this.#clock, [key, fingerprint, token, ttl, outcome ?? null]))
  }

  /** Forgets the key, or who runs it where it had been taken over; false where the token does not run it. */
  release({ key, token, ttl }: IdempotencyClaim): Promise<boolean> {
    return this.#hits(RELEASE(this.#clock, [key, token, ttl]))
  }

  /** Deletes at most so many rows that are over, and tells how many; rows that somebody works on are left. */
  async prune(limit: number): Promise<number> {
    const [row] = await this.#tables.rows(PRUNE(this.#clock, [limit]))
    return row?.['n'] as number
  }

  async #hits(statement: SQL): Promise<boolean> {
    return (await this.#tables.rows(statement)).length > 0
  }
}

function claimedRowOf(row: Row): ClaimedRow {
  const flags = { mine: isSet(row, 'mine'), takeover: isSet(row, 'takeover'), same: isSet(row, 'same') }
  return { ...(row as unknown as ClaimedRow), ...flags, done: isSet(row, 'done') }
}
