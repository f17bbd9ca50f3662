import { type PostgresError, parameterOf, saysValues } from './postgres-error.js'

/**
 * What PostgreSQL said, fit for a log: the `cause` of the errors that a repository throws. It takes the place of the
 * errors of drizzle and of the drivers, whose `message`, `params` and `detail` hold the values of the row.
 */
export class StatementError extends Error {
  /** The SQLSTATE. */
  readonly code: string
  /** As the server said, so that it is known for PostgreSQL's. */
  readonly severity: string
  /** The constraint that does not hold, where it is one. */
  declare readonly constraint?: string
  /** The table that the statement was about, where the server says so. */
  declare readonly table?: string
  /** The column that the statement was about, where the server says so. */
  declare readonly column?: string
  /** The number of the parameter that the database refused, from 1, where it says so. */
  declare readonly parameter?: number

  constructor(error: PostgresError) {
    super(saysValues(error) ? `PostgreSQL refused a value (${error.code}).` : error.message)
    this.code = error.code
    this.severity = error.severity
    const { constraint, table, column } = error
    const known = { constraint, table, column, parameter: parameterOf(error) }
    for (const [name, value] of Object.entries(known)) {
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: true })
    }
  }

  /** The name of the class. */
  override get name(): string {
    return 'StatementError'
  }
}
