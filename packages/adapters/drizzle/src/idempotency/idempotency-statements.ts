import type { Clock } from '@base/core/clock'
import type { SQL } from 'drizzle-orm'
import { readySql } from '../own-tables/ready-sql.js'

/** The token of a key that was taken over and given back: no claim has it. */
const NOBODY = ''

/** A statement at the time of a clock, or where there is none at the database's own, which all processes share. */
export type Timed = (clock: Clock | undefined, values: unknown[]) => SQL

/** Answers in texts, whatever a client makes of booleans. Of a key, a fingerprint and a token, with a lease and the time until all is over. */
export const CLAIM: Timed = timed(
  5,
  (now) => `
    with claimed as (
      insert into base_idempotency as record (key, fingerprint, token, takeover, fence, lease_until, expires_at)
      select $1::text, $2::text, $3::text, false, nextval('base_idempotency_fences'),
        ${after(now, '$4')}, ${after(now, '$5')}
      where pg_try_advisory_xact_lock(hashtextextended('base_idempotency ' || $1::text, 0))
        and not exists (
          select from base_idempotency
          where key = $1::text and expires_at > ${now}
            and (done or fingerprint <> $2::text or lease_until > ${now} or token = $3::text)
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
    select 'true' as mine, takeover::text, fence::text, 'true' as same, 'false' as done, null as outcome, 0 as "left"
    from claimed
    union all
    select (token = $3::text and not done)::text, takeover::text, fence::text, (fingerprint = $2::text)::text,
      done::text, outcome,
      ceil(extract(epoch from lease_until - ${now}) * 1000)::double precision
    from base_idempotency
    where key = $1::text and expires_at > ${now} and not exists (select from claimed)`,
)

/** Of a key and a token, with a lease and the time until all is over. */
export const RENEW: Timed = timed(
  4,
  (now) => `
    update base_idempotency set lease_until = ${after(now, '$3')}, expires_at = ${after(now, '$4')}
    where key = $1 and token = $2 and not done and expires_at > ${now}
    returning 1`,
)

/** Of a key, a fingerprint and a token, with the time until it is over, and the outcome. */
export const COMPLETE: Timed = timed(
  5,
  (now) => `
    insert into base_idempotency as record
      (key, fingerprint, token, takeover, fence, lease_until, expires_at, done, outcome)
    values ($1, $2, $3, false, nextval('base_idempotency_fences'), ${now}, ${after(now, '$4')}, true, $5)
    on conflict (key) do update set
      fingerprint = excluded.fingerprint, token = excluded.token, expires_at = excluded.expires_at,
      done = true, outcome = excluded.outcome
    where record.token in (excluded.token, '${NOBODY}') or record.expires_at <= ${now}
    returning 1`,
)

/** Of a key and a token, with the time until it is over. */
export const RELEASE: Timed = timed(
  3,
  (now) => `
    with given as (
      update base_idempotency set token = '${NOBODY}', lease_until = ${now}, expires_at = ${after(now, '$3')}
      where key = $1 and token = $2 and not done and takeover
      returning 1
    ), freed as (
      delete from base_idempotency where key = $1 and token = $2 and not done and not takeover returning 1
    )
    select from given union all select from freed`,
)

/** Of a limit. */
export const PRUNE: Timed = timed(
  1,
  (now) => `
    with gone as (
      delete from base_idempotency where key in (
        select key from base_idempotency where expires_at <= ${now}
        order by expires_at limit $1 for update skip locked
      ) returning 1
    )
    select count(*)::int as n from gone`,
)

/** One of so many values, after which comes the time of the clock. */
function timed(count: number, text: (now: string) => string): Timed {
  const [own, given] = [text('statement_timestamp()'), text(`$${count + 1}::timestamptz`)]
  return (clock, values) =>
    clock === undefined
      ? readySql(own, values)
      : readySql(given, [...values, new Date(clock.now()).toISOString()])
}

/** So many milliseconds after another time. */
function after(time: string, milliseconds: string): string {
  return `${time} + ${milliseconds}::double precision * interval '1 millisecond'`
}
