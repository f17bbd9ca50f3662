import { randomUUID } from 'node:crypto'
import { and, eq, gt, isNull, lt, or, sql } from 'drizzle-orm'
import type { Role } from '../access/roles.ts'
import { type Db, inTransaction, type Transaction } from '../database/database.ts'
import { customers, refreshTokens, signIns } from '../database/schema.ts'
import { hashOf, newRefreshToken, seal, unseal } from './refresh-token.ts'

/** For how long a token that was replaced may come again, for who has lost the answer, in milliseconds. */
const GRACE = 10_000
const idleUntil = sql`least(now() + interval '7 days', ${signIns.endsAt})`

/** Where somebody is signed in, and what goes on with it. */
export interface SignIn {
  readonly id: string
  readonly username: string
  readonly roles: readonly Role[]
  readonly refreshToken: string
}

/** What became of a token that was presented. */
export type Rotation =
  | ({ readonly status: 'rotated' } & SignIn)
  | { readonly status: 'reused'; readonly username: string }
  | { readonly status: 'refused' }

/**
 * Sign-ins: each is a family of refresh tokens that are good for one use. A token that was replaced and comes again shows that
 * two hold a copy: the sign-in ends, and with it its access tokens. RFC 9700, section 4.14.
 */
export class SignIns {
  readonly #db: Db
  readonly #isLive: { execute(values: { id: string }): PromiseLike<unknown[]> }

  constructor(db: Db) {
    this.#db = db
    // Asked with every request.
    this.#isLive = db
      .select({ id: signIns.id })
      .from(signIns)
      .where(and(eq(signIns.id, sql.placeholder('id')), isNull(signIns.revokedAt)))
      .prepare('sign_in_is_live')
  }

  async start(
    { username, roles }: Pick<SignIn, 'username' | 'roles'>,
    label: string | undefined,
  ): Promise<SignIn> {
    const [id, refreshToken] = [randomUUID(), newRefreshToken()]
    await inTransaction(this.#db, async (tx) => {
      await tx.insert(signIns).values({
        id,
        username,
        label: label ?? null,
        idleUntil: sql`now() + interval '7 days'`,
        endsAt: sql`now() + interval '30 days'`,
      })
      await tx.insert(refreshTokens).values({ hash: hashOf(refreshToken), signIn: id })
    })
    return { id, username, roles, refreshToken }
  }

  /** Replaces a token. Of many at once, on whatever instance, all get the same successor. */
  rotate(token: string): Promise<Rotation> {
    return inTransaction(this.#db, async (tx): Promise<Rotation> => {
      const [found] = await tx
        .select({
          id: signIns.id,
          username: signIns.username,
          roles: customers.roles,
          isOver: sql<boolean>`${signIns.revokedAt} is not null or ${signIns.idleUntil} <= now()`,
        })
        .from(refreshTokens)
        .innerJoin(signIns, eq(signIns.id, refreshTokens.signIn))
        .innerJoin(customers, eq(customers.username, signIns.username))
        .where(eq(refreshTokens.hash, hashOf(token)))
        .for('update', { of: signIns })
      if (found === undefined || found.isOver) return { status: 'refused' }
      const { id, username, roles } = found
      const refreshToken = await successorOf(tx, token, id)
      if (refreshToken !== undefined) return { status: 'rotated', id, username, roles, refreshToken }
      await tx.update(signIns).set({ revokedAt: sql`now()` }).where(eq(signIns.id, id))
      return { status: 'reused', username }
    })
  }

  /** Whether a sign-in has not been ended. */
  async isLive(id: string): Promise<boolean> {
    return (await this.#isLive.execute({ id })).length > 0
  }

  /** Ends the sign-in that a refresh token belongs to, if there is one. */
  async endByToken(token: string): Promise<void> {
    const family = this.#db
      .select({ id: refreshTokens.signIn })
      .from(refreshTokens)
      .where(eq(refreshTokens.hash, hashOf(token)))
    await this.#db
      .update(signIns)
      .set({ revokedAt: sql`now()` })
      .where(and(sql`${signIns.id} = (${family})`, isNull(signIns.revokedAt)))
  }

  /** Ends one sign-in of a user, or all; whether there was one. */
  async end(username: string, id?: string): Promise<boolean> {
    const ended = await this.#db
      .update(signIns)
      .set({ revokedAt: sql`now()` })
      .where(
        and(
          eq(signIns.username, username),
          id === undefined ? undefined : eq(signIns.id, id),
          isNull(signIns.revokedAt),
        ),
      )
      .returning({ id: signIns.id })
    return ended.length > 0
  }

  /** Where a user is signed in. */
  list(username: string) {
    return this.#db
      .select()
      .from(signIns)
      .where(
        and(eq(signIns.username, username), isNull(signIns.revokedAt), gt(signIns.idleUntil, sql`now()`)),
      )
      .orderBy(signIns.createdAt)
  }

  /** Forgets what has been over for a week: until then a token that comes again is told from one that never was. */
  async prune(): Promise<void> {
    const week = sql`now() - interval '7 days'`
    await this.#db.delete(signIns).where(or(lt(signIns.idleUntil, week), lt(signIns.revokedAt, week)))
  }
}

/**
 * The token in the place of another: a new one, or within the grace, and until it is used itself, the one that is there.
 * `undefined` where the other comes too late. Its sign-in is locked.
 */
async function successorOf(tx: Transaction, token: string, signIn: string): Promise<string | undefined> {
  const hash = hashOf(token)
  // Only now: while we waited for the lock somebody else may have replaced it.
  const [row] = await tx
    .select({
      successor: refreshTokens.successor,
      successorHash: refreshTokens.successorHash,
      age: sql<number>`extract(epoch from clock_timestamp() - ${refreshTokens.rotatedAt}) * 1000`.mapWith(
        Number,
      ),
    })
    .from(refreshTokens)
    .where(eq(refreshTokens.hash, hash))
  if (row?.successorHash == null || row.successor === null) return replace(tx, token, signIn)
  const [next] = await tx
    .select({ rotatedAt: refreshTokens.rotatedAt })
    .from(refreshTokens)
    .where(eq(refreshTokens.hash, row.successorHash))
  return row.age < GRACE && next?.rotatedAt === null ? unseal(row.successor, token) : undefined
}

async function replace(tx: Transaction, token: string, signIn: string): Promise<string> {
  const next = newRefreshToken()
  const successorHash = hashOf(next)
  await tx
    .update(refreshTokens)
    .set({ rotatedAt: sql`clock_timestamp()`, successorHash, successor: seal(next, token) })
    .where(eq(refreshTokens.hash, hashOf(token)))
  await tx.insert(refreshTokens).values({ hash: successorHash, signIn })
  await tx.update(signIns).set({ lastUsedAt: sql`now()`, idleUntil }).where(eq(signIns.id, signIn))
  return next
}
