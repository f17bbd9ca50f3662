import { and, type Column, isNull, type SQL, sql } from 'drizzle-orm'
import { rowsOf } from '../executor.js'
import type { Settings } from './options.js'
import { deletionOf } from './stamps.js'

/** Deletes rows of one repository, or marks them: how many there were, counted by the database, for what was deleted is not sent. */
export async function removeRows<T>(
  settings: Settings<T>,
  operation: string,
  where: SQL,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { executor, statements } = settings
  const statement = sql`with gone as (${removal(settings, where)}) select count(*)::integer as count from gone`
  const [row] = rowsOf(await statements.run(operation, executor.execute(statement), signal))
  return Number(row?.['count'] ?? 0)
}

function removal<T>(settings: Settings<T>, where: SQL): SQL {
  const { executor, table, tracking, columns, version } = settings
  if (tracking.deletedAt === undefined) {
    return executor.delete(table).where(where).returning({ one: sql`1` }).getSQL()
  }
  const next = version && { [version.name]: sql`${version.column} + 1` }
  return executor
    .update(table)
    .set({ ...deletionOf(settings), ...next } as never)
    .where(and(where, isNull(columns[tracking.deletedAt] as Column)))
    .returning({ one: sql`1` })
    .getSQL()
}
