import { AppError, type ErrorOptions } from '@base/core/errors'

/** The defaults of an error of this pattern. */
function filled(options: ErrorOptions, code: string, message: string, kind: 'conflict' | 'internal') {
  return { ...options, code, kind, message: options.message ?? message }
}

/**
 * A unit ended normally, but nothing could be kept: a failure inside was swallowed, or the store answered the commit with
 * a rollback. The failure is its cause. Code `TRANSACTION_ABORTED`, kind `conflict`.
 */
export class TransactionAbortedError extends AppError {
  constructor(options: ErrorOptions = {}) {
    const message = 'Nothing was kept: something failed within the unit, and the failure was swallowed.'
    super(filled(options, 'TRANSACTION_ABORTED', message, 'conflict'))
  }
}

/** A repository of a unit was used after the unit's end. Code `TRANSACTION_CLOSED`, kind `internal`. */
export class TransactionClosedError extends AppError {
  constructor(options: ErrorOptions = {}) {
    const message = 'The unit of work has ended; its repositories cannot be used any more.'
    super(filled(options, 'TRANSACTION_CLOSED', message, 'internal'))
  }
}

/** `mandatory` without an open unit. Code `TRANSACTION_REQUIRED`, kind `internal`. */
export class TransactionRequiredError extends AppError {
  constructor(options: ErrorOptions = {}) {
    super(filled(options, 'TRANSACTION_REQUIRED', 'This work needs an open unit of work.', 'internal'))
  }
}

/** `never` within an open unit. Code `TRANSACTION_FORBIDDEN`, kind `internal`. */
export class TransactionForbiddenError extends AppError {
  constructor(options: ErrorOptions = {}) {
    super(
      filled(options, 'TRANSACTION_FORBIDDEN', 'This work must not run within a unit of work.', 'internal'),
    )
  }
}

/** A write in a unit that only reads. Code `TRANSACTION_READ_ONLY`, kind `internal`. */
export class TransactionReadOnlyError extends AppError {
  constructor(options: ErrorOptions = {}) {
    super(filled(options, 'TRANSACTION_READ_ONLY', 'This unit of work only reads.', 'internal'))
  }
}

/** Two units wrote what cannot both be kept; the other was first. Code `SERIALIZATION_FAILURE`, kind `conflict`. */
export class SerializationFailureError extends AppError {
  constructor(options: ErrorOptions = {}) {
    const message = 'Another unit of work was first; run this one again.'
    super(filled(options, 'SERIALIZATION_FAILURE', message, 'conflict'))
  }
}
