import type { IdempotencyClaim } from '@base/application/idempotency'
import type { Clock } from '@base/core/clock'
import { type SQL, sql } from 'drizzle-orm'
import { after, present } from '../own-tables/moment.js'
import type { OwnTables } from '../own-tables/own-tables.js'

/** The token of a key that was taken over and given back: no claim has it. */
const NOBODY = ''

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
    const now = this.#now()
    const [row] = await this.#tables.rows(sql`
      with claimed as (
        insert into base_idempotency as record (key, fingerprint, token, takeover, fence, lease_until, expires_at)
        select ${key}::text, ${fingerprint}::text, ${token}::text, false, nextval('base_idempotency_fences'),
          ${after(now, lease)}, ${after(now, lease + ttl)}
        where pg_try_advisory_xact_lock(hashtextextended('base_idempotency ' || ${key}::text, 0))
          and not exists (
            select from base_idempotency
            where key = ${key}::text and expires_at > ${now}
              and (done or fingerprint <> ${fingerprint}::text or lease_until > ${now} or token = ${token}::text)
          )
        on conflict (key) do update set
          fingerprint = excluded.fingerprint, token = excluded.token, takeover = record.expires_at > ${now},
          fence = nextval('base_idempotency_fences'), lease_until = excluded.lease_until,
          expires_at = excluded.expires_at, done = false, outcome = null
        where record.expires_at <= ${now}
          or (not record.done and record.fingerprint = excluded.fingerprint and record.lease_until <= ${now}
            and record.token <> excluded.token)
        returning record.takeover, record.fence
      )
      select true as mine, takeover, fence::text, true as same, false as done, null as outcome, 0 as "left"
      from claimed
      union all
      select token = ${token}::text and not done, takeover, fence::text, fingerprint = ${fingerprint}::text, done, outcome,
        ceil(extract(epoch from lease_until - ${now}) * 1000)::double precision
      from base_idempotency
      where key = ${key}::text and expires_at > ${now} and not exists (select from claimed)`)
    return row as unknown as ClaimedRow | undefined
  }

  /** Lets the lease last from now; false where the token does not run the key. */
  async renew({ key, token, lease, ttl }: IdempotencyClaim): Promise<boolean> {
    const now = this.#now()
    return this.#hits(sql`
      update base_idempotency set lease_until = ${after(now, lease)}, expires_at = ${after(now, lease + ttl)}
      where key = ${key} and token = ${token} and not done and expires_at > ${now}
      returning 1`)
  }

  /** Keeps an outcome; false where another token has the key. */
  async complete(claim: IdempotencyClaim, outcome: string | undefined): Promise<boolean> {
    const { key, fingerprint, token, ttl } = claim
    const now = this.#now()
    return this.#hits(sql`
      insert into base_idempotency as record
        (key, fingerprint, token, takeover, fence, lease_until, expires_at, done, outcome)
      values (${key}, ${fingerprint}, ${token}, false, nextval('base_idempotency_fences'),
        ${now}, ${after(now, ttl)}, true, ${outcome ?? null})
      on conflict (key) do update set
        fingerprint = excluded.fingerprint, token = excluded.token, expires_at = excluded.expires_at,
        done = true, outcome = excluded.outcome
      where record.token in (excluded.token, ${NOBODY}) or record.expires_at <= ${now}
      returning 1`)
  }

  /** Forgets the key, or who runs it where it had been taken over; false where the token does not run it. */
  async release({ key, token, ttl }: IdempotencyClaim): Promise<boolean> {
    const now = this.#now()
    const running = sql`key = ${key} and token = ${token} and not done`
    return this.#hits(sql`
      with given as (
        update base_idempotency set token = ${NOBODY}, lease_until = ${now}, expires_at = ${after(now, ttl)}
        where ${running} and takeover
        returning 1
      ), freed as (
        delete from base_idempotency where ${running} and not takeover returning 1
      )
      select from given union all select from freed`)
  }

  /** Deletes at most so many rows that are over, and tells how many; rows that somebody works on are left. */
  async prune(limit: number): Promise<number> {
    const [row] = await this.#tables.rows(sql`
      with gone as (
        delete from base_idempotency where key in (
          select key from base_idempotency where expires_at <= ${this.#now()}
          order by expires_at limit ${limit} for update skip locked
        ) returning 1
      )
      select count(*)::int as n from gone`)
    return row?.['n'] as number
  }

  #now(): SQL {
    return present(this.#clock, sql`statement_timestamp()`)
  }

  async #hits(statement: SQL): Promise<boolean> {
    return (await this.#tables.rows(statement)).length > 0
  }
}
