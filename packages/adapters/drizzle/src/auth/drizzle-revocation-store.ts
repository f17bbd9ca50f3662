import type {
  Revocation,
  RevocationQuery,
  RevocationStore,
  RevokedSession,
  RevokedSubject,
  RevokedToken,
} from '@base/auth/tokens'
import { sql } from 'drizzle-orm'
import type { Executor } from '../executor.js'
import { flag, isSet } from '../own-tables/flag.js'
import { AuthDatabase, after, type DrizzleAuthStoreOptions, swept } from './auth-database.js'

/**
 * Remembers in the tables `base_revoked_tokens` and `base_revoked_subjects` which access tokens were taken back, alone or with
 * their session, for many processes: a `RevocationStore` of `@base/auth`. Every verification asks it, in one statement.
 *
 * The tables are created at the first use where they are missing. Rows that are over are taken away as others come.
 *
 * @example
 * const tokens = createTokenService({ issuer, audience, keys, revocations: drizzleRevocationStore(db) })
 *
 * @throws InvalidOptionError for an executor or a clock that is none.
 */
export function drizzleRevocationStore(
  executor: Executor,
  options: DrizzleAuthStoreOptions = {},
): RevocationStore {
  return new DrizzleRevocationStore(
    new AuthDatabase('drizzleRevocationStore', executor, options, [
      'base_revoked_tokens',
      'base_revoked_subjects',
    ]),
  )
}

class DrizzleRevocationStore implements RevocationStore {
  readonly #database: AuthDatabase

  constructor(database: AuthDatabase) {
    this.#database = database
  }

  async revoke(revoked: RevokedToken | RevokedSession): Promise<void> {
    const { issuer, ttl } = revoked
    const id = 'session' in revoked ? idOfSession(revoked.session) : revoked.id
    await this.#database.rows(sql`
      with ${this.#database.clock},
      ${swept('base_revoked_tokens', 'issuer, id', sql`expires_at <= clock.now and (issuer, id) <> (${issuer}, ${id})`)}
      insert into base_revoked_tokens as revoked (issuer, id, expires_at)
      select ${issuer}, ${id}, ${after(ttl)} from clock
      on conflict (issuer, id) do update set expires_at = greatest(revoked.expires_at, excluded.expires_at)`)
  }

  async revokeAll({ issuer, subject, at, ttl }: RevokedSubject): Promise<number> {
    const [row] = await this.#database.rows(sql`
      with ${this.#database.clock},
      ${swept('base_revoked_subjects', 'issuer, subject', sql`expires_at <= clock.now and (issuer, subject) <> (${issuer}, ${subject})`)}
      insert into base_revoked_subjects as revoked (issuer, subject, epoch, expires_at)
      select ${issuer}, ${subject}, ${String(at)}::bigint, ${after(ttl)} from clock
      on conflict (issuer, subject) do update set
        epoch = greatest(excluded.epoch, revoked.epoch + 1),
        expires_at = greatest(revoked.expires_at, excluded.expires_at)
      returning epoch::text`)
    return Number(row?.['epoch'])
  }

  async find({ issuer, id, session, subject }: RevocationQuery): Promise<Revocation> {
    const ofSession = session === undefined ? null : idOfSession(session)
    const [row = {}] = await this.#database.rows(sql`
      with ${this.#database.clock}
      select
        ${flag(
          sql`exists (
            select 1 from base_revoked_tokens
            where issuer = ${issuer} and id in (${id ?? null}::text, ${ofSession}::text) and expires_at > clock.now
          )`,
          'revoked',
        )},
        coalesce((
          select epoch from base_revoked_subjects
          where issuer = ${issuer} and subject = ${subject ?? null}::text and expires_at > clock.now
        ), 0)::text as epoch
      from clock`)
    return { revoked: isSet(row, 'revoked'), epoch: Number(row['epoch']) }
  }
}

/** Sessions stand among the tokens, behind a character that no `jti` of ours begins with. */
function idOfSession(session: string): string {
  return `\u0001${session}`
}
