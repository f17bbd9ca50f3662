import { createHash } from 'node:crypto'
import { and, eq, gt, lt, lte, sql } from 'drizzle-orm'
import type { FastifyRequest } from 'fastify'
import type { Db, Transaction } from '../database/database.ts'
import { idempotencyKeys } from '../database/schema.ts'
import { Problem } from '../problem.ts'

/** A structured string as the draft has it, or the bare text that most clients send: 1 to 255 printable characters. */
const KEY = /^(?:"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255}))$/

/** When to ask again for a key whose order is just being placed. */
const SOON = 1_000

/**
 * The header `Idempotency-Key`; `undefined` where there is none.
 *
 * @throws 400 for one that is none.
 * @see IETF draft-ietf-httpapi-idempotency-key-header
 */
export function idempotencyKeyOf({ headers }: FastifyRequest): string | undefined {
  const header = headers['idempotency-key']
  if (header === undefined) return undefined
  const [, quoted, bare] = KEY.exec(String(header)) ?? []
  const key = quoted ?? bare
  if (key !== undefined) return key
  throw new Problem(
    400,
    'IDEMPOTENCY_KEY_MALFORMED',
    'Idempotency-Key must be 1 to 255 printable characters, in double quotes or without.',
  )
}

/** A request that may come more than once. */
export interface Repeatable {
  /** The key of its caller. */
  readonly key: string
  /** Tells it from others under the same key. */
  readonly fingerprint: string
}

/** @param request what decides what it does, checked: so the order of its fields is always the same. */
export function repeatable(key: string, request: unknown): Repeatable {
  return { key, fingerprint: createHash('sha256').update(JSON.stringify(request)).digest('base64url') }
}

/** An answer, and whether it is the one of before. */
export interface Once {
  readonly answer: string
  readonly replayed: boolean
}

/**
 * Does a request once: what it does, its key and its answer are committed together, or none of them. So nobody has to take over
 * what a crash has left: there is nothing. A duplicate that comes meanwhile does not wait for the transaction.
 *
 * @throws 422 `IDEMPOTENCY_MISMATCH` where the key belongs to another request; 409 `IDEMPOTENCY_IN_PROGRESS` while it is done.
 */
export async function once(
  tx: Transaction,
  { key, fingerprint }: Repeatable,
  work: () => Promise<string>,
): Promise<Once> {
  const [claim] = await tx
    .select({
      isOurs: sql<boolean>`pg_try_advisory_xact_lock(hashtextextended(${key}, 0))`,
      fingerprint: idempotencyKeys.fingerprint,
      answer: idempotencyKeys.answer,
    })
    .from(sql`(values (1)) as claim`)
    .leftJoin(idempotencyKeys, and(eq(idempotencyKeys.key, key), gt(idempotencyKeys.expiresAt, sql`now()`)))
  if (claim?.answer != null) {
    if (claim.fingerprint !== fingerprint) throw mismatch()
    return { answer: claim.answer, replayed: true }
  }
  if (!claim?.isOurs) throw inProgress()
  const answer = await work()
  const row = { fingerprint, answer, expiresAt: sql`now() + interval '1 day'` }
  const [kept] = await tx
    .insert(idempotencyKeys)
    .values({ key, ...row })
    .onConflictDoUpdate({
      target: idempotencyKeys.key,
      set: row,
      setWhere: lte(idempotencyKeys.expiresAt, sql`now()`),
    })
    .returning({ key: idempotencyKeys.key })
  // It was committed after our claim had looked for it, and before it had the lock.
  if (kept === undefined) throw inProgress()
  return { answer, replayed: false }
}

/** Forgets keys that are over. */
export async function pruneKeys(db: Db): Promise<void> {
  await db.delete(idempotencyKeys).where(lt(idempotencyKeys.expiresAt, sql`now()`))
}

function inProgress(): Problem {
  const message = 'The same request is still being processed.'
  return new Problem(409, 'IDEMPOTENCY_IN_PROGRESS', message, { retryAfter: SOON })
}

function mismatch(): Problem {
  return new Problem(422, 'IDEMPOTENCY_MISMATCH', 'The idempotency key was used for another request.')
}
