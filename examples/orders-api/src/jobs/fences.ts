import { ConflictError } from '@base/core/errors'
import { withFailures } from '@base/drizzle/failures'
import type { Executor } from '@base/drizzle/repository'
import { sql } from 'drizzle-orm'
import { bigint, pgTable, text } from 'drizzle-orm/pg-core'

/** The newest holder of each job's lock. */
const fenceTable = pgTable('job_fences', {
  job: text().primaryKey(),
  /** Who counts the tokens: those of another lock cannot be compared with them. */
  countedBy: text('counted_by').notNull(),
  /** That of the lease; it grows with each holder of the lock. */
  token: bigint({ mode: 'bigint' }).notNull(),
})

/** What a write for a job shows: under which lease it was begun. */
export type Fence = Readonly<typeof fenceTable.$inferSelect>

/**
 * Lets only the newest holder of a job's lock write, in a database, or in a unit of work.
 *
 * @see Martin Kleppmann, "How to do distributed locking", 2016
 */
export function fencesOn(executor: Executor) {
  return {
    /**
     * Lets a holder pass, and none before it from then on; in a unit of work none until it is over.
     *
     * @throws ConflictError `LEASE_LOST` where a newer one has passed.
     */
    pass: async (fence: Fence) => {
      const { job, countedBy, token } = fence
      const passed = await withFailures(() =>
        executor
          .insert(fenceTable)
          .values(fence)
          .onConflictDoUpdate({
            target: fenceTable.job,
            set: { countedBy, token },
            setWhere: sql`${fenceTable.countedBy} <> ${countedBy} or ${fenceTable.token} <= ${token}`,
          })
          .returning({ job: fenceTable.job }),
      )
      if (passed.length > 0) return
      const message = `Another has begun ${job} after this one, whose time was over.`
      throw new ConflictError({ code: 'LEASE_LOST', message, details: { job } })
    },
  }
}
