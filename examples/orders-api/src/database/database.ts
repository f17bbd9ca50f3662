import type { Lock } from '@base/core/lock'
import type { Migration } from '@base/drizzle/migrate'
import type { Executor } from '@base/drizzle/repository'
import type { UnitDatabase } from '@base/drizzle/unit-of-work'

/** A database, and what differs between the engines. */
export interface Database {
  /** Drizzle on it. */
  readonly db: Executor
  /** Where units of work open their transactions. */
  readonly units: UnitDatabase
  /** Reaches as far as the database does: to other processes on a server, within this one on PGlite. */
  readonly lock: Lock
  /** Names who counts the tokens of the lock. */
  readonly lockId: string
  /** Brings its tables up to date, however long that takes. */
  migrate(migrations: readonly Migration[]): Promise<void>
  close(): Promise<void>
}
