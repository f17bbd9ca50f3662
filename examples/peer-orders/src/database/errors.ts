import { DrizzleQueryError } from 'drizzle-orm'
import { type Problem, unavailable } from '../problem.ts'

/** What a socket, node-postgres and PostgreSQL say where the database is not there now. */
const AWAY_CODES =
  /^(ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|08\w{3}|53\w{3}|57\w{3})$/
const AWAY_MESSAGES =
  /^(Connection terminated|Client has encountered a connection error|timeout (exceeded )?when trying to connect|Query read timeout)/

/** The error of the driver: that of drizzle holds the parameters, which nobody shall read. */
function driverError(error: unknown): unknown {
  return error instanceof DrizzleQueryError ? (error.cause ?? error) : error
}

/** What may be logged of an error: PostgreSQL's own text and detail, and what drivers add, hold values of rows and parameters. */
export function withoutValues(error: unknown): unknown {
  const { stack } = error as Error
  if (!/^[\dA-Z]{5}$/.test(errorCode(error) ?? '')) return driverError(error)
  const { code, table, column, constraint } = driverError(error) as Readonly<Record<string, unknown>>
  const where = stack?.slice(stack.indexOf('\n    at '))
  const message = `The database refused a statement (${code}).`
  return Object.assign(new Error(message), { stack: `${message}${where}`, code, table, column, constraint })
}

/** The SQLSTATE of an error, or the code of a socket. */
export function errorCode(error: unknown): string | undefined {
  const { code } = (driverError(error) ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : undefined
}

/** The unique constraint that refused a statement; `undefined` where it was not one. */
export function violatedConstraint(error: unknown): string | undefined {
  if (errorCode(error) !== '23505') return undefined
  return (driverError(error) as { constraint?: string }).constraint
}

/** A 503 where the database does not answer; `undefined` for all else. */
export function databaseAway(error: unknown): Problem | undefined {
  const cause = driverError(error)
  const isAway =
    AWAY_CODES.test(errorCode(error) ?? '') || (cause instanceof Error && AWAY_MESSAGES.test(cause.message))
  return isAway ? unavailable('The database does not answer now.', { cause }) : undefined
}
