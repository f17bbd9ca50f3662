import {
  AppError,
  CancelledError,
  ConflictError,
  ForbiddenError,
  isAppError,
  TimeoutError,
  UnavailableError,
  ValidationError,
} from '@base/core/errors'
import {
  SerializationFailureError,
  TransactionAbortedError,
  TransactionReadOnlyError,
} from '@base/domain/unit-of-work'
import { isConnectionLost, isOverdue, isUnsendable } from './no-answer.js'
import { causesOf, ENDING, type PostgresError, postgresErrorOf } from './postgres-error.js'
import { StatementError } from './statement-error.js'

/**
 * The error of a statement in the words of `@base`: by the SQLSTATE, found along the causes. No message of it or of its
 * causes holds a value of a parameter or a row. An error that no database gave is returned as it is, and an error of ours
 * that drizzle has wrapped is unwrapped.
 */
export function toFailure(error: unknown): unknown {
  for (const link of causesOf(error)) if (isAppError(link)) return link
  const said = postgresErrorOf(error)
  if (said !== undefined) {
    const failure = failureOf(said)
    // A stack has ten places, and ours would take those of who sent the statement; not every browser can leave them out.
    Error.captureStackTrace?.(failure, toFailure)
    return failure
  }
  for (const link of causesOf(error)) {
    if (isConnectionLost(link)) return unavailable(link)
    if (isOverdue(link)) return timedOut('The statement was not answered in time.', link)
    if (isUnsendable(link))
      return new ValidationError({ issues: [{ path: '', message: NO_VALUE }], cause: link })
  }
  // Drizzle's message holds the parameters, so only its cause is kept.
  return isQueryError(error)
    ? internal('A statement failed before the database answered.', error.cause)
    : error
}

/**
 * Runs a statement of your own, and gives what it gives. What the database refuses it with is told in the words of `@base`, as
 * repositories and units of work do: by its SQLSTATE as ConflictError, ValidationError and so on, and as UnavailableError where
 * the database does not answer. No message of it or of its causes holds a value of a parameter or a row, as those of drizzle do,
 * unless that is the name of something which the database does not have, such as a table (`$1::regclass`) or a role.
 *
 * @example
 * const rows = await withFailures(() => db.select().from(accounts).where(eq(accounts.name, name)))
 *
 * @throws What the database refused; anything else as it is.
 * @see PostgreSQL documentation, appendix A, "PostgreSQL Error Codes"
 */
export async function withFailures<R>(statement: () => PromiseLike<R>): Promise<R> {
  try {
    return await statement()
  } catch (error) {
    throw toFailure(error)
  }
}

const NO_VALUE = 'a value is none that its column can take'

/** The column that a parameter of a statement is for, from 1; `undefined` where that is not known. */
export type ColumnOf = (parameter: number) => string | undefined

/** Makes the failure of what PostgreSQL said, which stands beside its cause with what is not fit for a log. */
type Make = (cause: StatementError, error: PostgresError) => AppError

const violation =
  (kind: string, message: string): Make =>
  (cause) => {
    const { constraint, table } = cause
    const named = constraint === undefined ? '' : ` (constraint ${constraint})`
    return new ConflictError({
      message: `${message}${named}.`,
      details: { violation: kind, constraint, ...(table !== undefined && { table }) },
      cause,
    })
  }

const serialization: Make = (cause) =>
  new SerializationFailureError('Another transaction changed what this one relies on.', cause)

const refused: Make = (cause) => internal(`The database refused a statement (${cause.code}).`, cause)

const foreignKey = violation('foreign_key', 'A row that is referred to is missing, or is still referred to')

/** By SQLSTATE. @see PostgreSQL documentation, appendix A, "PostgreSQL Error Codes" */
const BY_CODE: Readonly<Record<string, Make>> = {
  '23505': violation('unique', 'Another row has this value already'),
  '23P01': violation('exclusion', 'Another row excludes this one'),
  '23503': foreignKey,
  '23001': foreignKey,
  // A function of the user may raise it without a name.
  '23514': (cause) =>
    invalid(cause.column, `does not satisfy the constraint ${cause.constraint ?? 'of a function'}`, cause),
  '23502': (cause) => invalid(cause.column, 'must not be null', cause),
  '40001': serialization,
  '40P01': serialization,
  '40002': (cause) => new ConflictError({ message: 'A deferred constraint refused the transaction.', cause }),
  // Nobody knows whether it happened, so it must not run again by itself.
  '40003': unavailable,
  // Poolers end a connection with it; PostgreSQL itself refuses so a statement with more parameters than it takes.
  '08P01': (cause, error) => (ENDING.has(cause.severity) ? unavailable : refused)(cause, error),
  // A statement that a connection keeps has another result since a table was changed: `prepareStatements` prepares it anew when
  // it comes again, and one with a name of its own needs another connection.
  '0A000': (cause, error) =>
    (error.routine === 'RevalidateCachedQuery' ? serialization : refused)(cause, error),
  '25P02': (cause) => new TransactionAbortedError(cause),
  // The server ends the connection with these two; what was sent meanwhile gets them for an answer.
  '25P03': unavailable,
  '25P04': (cause) => timedOut('The transaction took longer than the database allows.', cause),
  '25006': () => new TransactionReadOnlyError(),
  '42501': (cause) => new ForbiddenError({ message: 'The database does not allow this to its user.', cause }),
  '55P03': (cause) =>
    new ConflictError({ code: 'LOCK_NOT_AVAILABLE', message: 'Somebody else holds the lock.', cause }),
  '57014': (cause, { message }) =>
    message.includes('user request')
      ? new CancelledError({ message: 'The statement was cancelled.', cause })
      : timedOut('The statement took longer than the database allows.', cause),
}

/** By the first two letters, where the code itself is not listed. */
const BY_CLASS: Readonly<Record<string, Make>> = {
  '08': unavailable,
  '53': unavailable,
  '57': unavailable,
  '22': (cause) => refusedValue(cause.column, cause),
  '40': serialization,
}

function failureOf(error: PostgresError): AppError {
  const make = BY_CODE[error.code] ?? BY_CLASS[error.code.slice(0, 2)] ?? refused
  return make(new StatementError(error), error)
}

function refusedValue(column: string | undefined, cause: StatementError): AppError {
  const what = column === undefined ? NO_VALUE : 'holds a value that its column cannot take'
  return invalid(column, `${what} (${cause.code})`, cause)
}

/**
 * The same failure, with the name of the column where a parameter was refused and `columnOf` knows which column it is for: the
 * database names its number alone.
 */
export function namingColumn(failure: unknown, columnOf: ColumnOf): unknown {
  if (!(failure instanceof ValidationError && failure.cause instanceof StatementError)) return failure
  const { cause } = failure
  const column = cause.parameter === undefined ? undefined : columnOf(cause.parameter)
  return column === undefined ? failure : refusedValue(column, cause)
}

function invalid(column: string | undefined, message: string, cause: StatementError): AppError {
  const { constraint, table } = cause
  return new ValidationError({
    issues: [{ path: column ?? '', message }],
    details: { ...(constraint !== undefined && { constraint }), ...(table !== undefined && { table }) },
    cause,
  })
}

function unavailable(cause: unknown): AppError {
  return new UnavailableError({ message: 'The database does not answer now.', cause })
}

function timedOut(message: string, cause: unknown): AppError {
  return new TimeoutError({ message, cause })
}

function internal(message: string, cause: unknown): AppError {
  return new AppError({ code: 'DATABASE_ERROR', kind: 'internal', message, cause })
}

/** Whether it is drizzle's: of any copy of it, and so known by what it has. */
function isQueryError(error: unknown): error is { readonly cause?: unknown } {
  return typeof error === 'object' && error !== null && 'query' in error && 'params' in error
}
