import { setTimeout } from 'node:timers/promises'
import { and, eq, sql } from 'drizzle-orm'
import { conflict, type Problem, unavailable } from '../problem.ts'
import type { Db, Transaction } from './database.ts'
import { locks } from './schema.ts'

const LEASE = 30_000
const PATIENCE = 60_000
const expiresAt = sql`now() + ${LEASE} * interval '1 millisecond'`

/** That somebody has a lock, as long as its signal is not aborted. */
export interface Lease {
  readonly name: string
  /** Greater than that of every holder before. */
  readonly token: number
  /** Aborts when the lock is lost: another may have it by now. */
  readonly signal: AbortSignal
}

/** Runs work under a lock that all instances share, and waits for its turn. @throws 503 where it does not come. */
export async function withLock<T>(db: Db, name: string, work: (lease: Lease) => Promise<T>): Promise<T> {
  const deadline = Date.now() + PATIENCE
  for (;;) {
    const token = await acquire(db, name)
    if (token !== undefined) return hold(db, name, token, work)
    if (Date.now() > deadline) throw unavailable(`${name} is busy.`)
    await setTimeout(20 + Math.random() * 40)
  }
}

/** Runs work under a lock; `undefined` where somebody has it. */
export async function tryWithLock<T>(
  db: Db,
  name: string,
  work: (lease: Lease) => Promise<T>,
): Promise<T | undefined> {
  const token = await acquire(db, name)
  return token === undefined ? undefined : hold(db, name, token, work)
}

/**
 * Lets a transaction go on only while the lease is the newest: until it ends nobody takes the lock over. For who was stopped
 * for longer than its lease does not know that another has begun.
 *
 * @throws 409 `LEASE_LOST`
 * @see Martin Kleppmann, "How to do distributed locking", 2016
 */
export async function checkLease(tx: Transaction, { name, token }: Lease): Promise<void> {
  const [held] = await tx.select({ name: locks.name }).from(locks).where(ofHolder(name, token)).for('share')
  if (held === undefined) throw leaseLost(name)
}

async function acquire(db: Db, name: string): Promise<number | undefined> {
  const values = { name, token: sql`nextval('lock_tokens')`, expiresAt }
  const [lock] = await db
    .insert(locks)
    .values(values)
    .onConflictDoUpdate({ target: locks.name, set: values, setWhere: sql`${locks.expiresAt} <= now()` })
    .returning({ token: locks.token })
  return lock?.token
}

async function hold<T>(db: Db, name: string, token: number, work: (lease: Lease) => Promise<T>): Promise<T> {
  const lost = new AbortController()
  let until = performance.now() + LEASE
  const renewal = setInterval(async () => {
    const asked = performance.now()
    const isRenewed = await renew(db, name, token).catch(() => undefined)
    if (isRenewed) until = asked + LEASE
    // One that fails is tried again before the lease is over.
    if (isRenewed === false || performance.now() >= until) lost.abort(leaseLost(name))
  }, LEASE / 3).unref()
  try {
    return await work({ name, token, signal: lost.signal })
  } finally {
    clearInterval(renewal)
    // Where this fails the lease ends by itself.
    await db
      .delete(locks)
      .where(ofHolder(name, token))
      .catch(() => {})
  }
}

async function renew(db: Db, name: string, token: number): Promise<boolean> {
  const of = ofHolder(name, token)
  return (await db.update(locks).set({ expiresAt }).where(of).returning({ name: locks.name })).length > 0
}

function leaseLost(name: string): Problem {
  return conflict('LEASE_LOST', `Another has begun ${name} after this one.`)
}

const ofHolder = (name: string, token: number) => and(eq(locks.name, name), eq(locks.token, token))
