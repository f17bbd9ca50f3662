import { sql } from 'drizzle-orm'
import type { Logger } from 'pino'
import type { Db } from '../database/database.ts'
import type { Meters } from '../telemetry/meters.ts'
import { requestScope } from '../telemetry/request-scope.ts'

/** Something that happened to an account, and that somebody may ask about. */
export interface AuditEvent {
  readonly action: string
  readonly outcome: 'success' | 'failure'
  /** Who did it, where that is known. */
  readonly actor?: string
  /** The account that it was done to. */
  readonly target?: string
  readonly reason?: string
}

/** What {@link Audit} works with. */
export interface AuditOptions {
  readonly db: Db
  readonly logger: Logger
  readonly meters: Pick<Meters, 'auditFailures'>
}

/** A record of who did what, in which each entry holds the hash of the one before: who changes one breaks the chain there. */
export class Audit {
  readonly #options: AuditOptions

  constructor(options: AuditOptions) {
    this.#options = options
  }

  /** Records an event. Await it: what was not recorded must not be done. @throws 503 where the database is away */
  async record(event: AuditEvent): Promise<void> {
    const { db, logger, meters } = this.#options
    const { correlationId } = requestScope.getStore()?.ids ?? {}
    // What PostgreSQL cannot keep, such as U+0000, stays an escape within JSON.
    const entry = JSON.stringify({ time: new Date(), ...event, correlationId })
    const { action, actor = null, target = null } = event
    try {
      // Those who come at once wait for the row that says where the chain stands.
      await db.execute(sql`
        with last as (select sequence, hash from audit_head for update),
        added as (
          insert into audit_entries (sequence, action, actor, target, entry, previous, hash)
          select last.sequence + 1, ${action}, ${actor}::text, ${target}::text, ${entry}, last.hash,
            encode(sha256(convert_to(last.hash || ${entry}, 'UTF8')), 'hex')
          from last returning sequence, hash
        )
        update audit_head set sequence = added.sequence, hash = added.hash from added`)
    } catch (error) {
      meters.auditFailures.inc()
      logger.error({ err: error, action }, 'entry could not be written to the audit trail')
      throw error
    }
  }
}
