import { ConflictError } from '@base/core/errors'
import { withFailures } from '@base/drizzle/failures'
import type { Executor } from '@base/drizzle/repository'
import { sql } from 'drizzle-orm'
import { bigint, pgTable, text } from 'drizzle-orm/pg-core'
import type { Fence, Fences } from './fences.ts'

/** The newest holder of each job's lock. */
const fenceTable = pgTable('job_fences', {
  job: text().primaryKey(),
  countedBy: text('counted_by').notNull(),
  token: bigint({ mode: 'bigint' }).notNull(),
})

/** The fences of a database, or of a unit of work. */
export function fencesOn(executor: Executor): Fences {
  return {
    pass: async (fence) => {
      const { countedBy, token } = fence
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
      if (passed.length === 0) throw overtaken(fence)
    },
  }
}

function overtaken({ job }: Fence): ConflictError {
  const message = `Another has begun ${job} after this one, whose time was over.`
  return new ConflictError({ code: 'LEASE_LOST', message, details: { job } })
}
