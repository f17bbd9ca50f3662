import { isConnectionLost, isOverdue } from '../failures/no-answer.js'
import { postgresErrorOf } from '../failures/postgres-error.js'

/** The statement is not there where it had been prepared, or is there where it had not been. */
const LOST: ReadonlySet<string> = new Set(['26000', '42P05'])

/** The types that the statement was prepared with may no longer be those of its tables; or it never was right. */
const MISTYPED: ReadonlySet<string> = new Set(['42804', '42846', '42883', '42P18'])

/**
 * What an error says of a statement that was sent by its name: that it is lost, or stale, for its tables have changed, and did not
 * run; that its name is of no use any more, for `pg` closes what it has no way to send the values of. `undefined` where it says
 * nothing.
 */
export function verdictOf(error: Error): 'lost' | 'stale' | 'useless' | undefined {
  const refused = postgresErrorOf(error)
  // What neither the server nor the connection said.
  if (refused === undefined) return isConnectionLost(error) || isOverdue(error) ? undefined : 'useless'
  const { code, routine } = refused
  if (LOST.has(code)) return 'lost'
  if (code === '0A000' && routine === 'RevalidateCachedQuery') return 'stale'
  return MISTYPED.has(code) ? 'useless' : undefined
}
