import { AppError } from '@base/core/errors'

/**
 * The unit was rolled back, though its function succeeded: a part that belongs to it had failed, and the function went on.
 * The part's error is the `cause`. Code `TRANSACTION_ABORTED`, kind `conflict`.
 */
export class TransactionAbortedError extends AppError {
  constructor(cause: unknown) {
    super({
      code: 'TRANSACTION_ABORTED',
      kind: 'conflict',
      message: 'The unit was rolled back, for a part of it had failed.',
      cause,
    })
  }
}

/** Something of a unit was used after its end. Code `TRANSACTION_CLOSED`, kind `conflict`. */
export class TransactionClosedError extends AppError {
  constructor() {
    super({
      code: 'TRANSACTION_CLOSED',
      kind: 'conflict',
      message: 'This unit has ended; its repositories and hooks work only while its function runs.',
    })
  }
}

/** `mandatory` was run without a unit around it. Code `TRANSACTION_REQUIRED`, kind `internal`. */
export class TransactionRequiredError extends AppError {
  constructor() {
    super({
      code: 'TRANSACTION_REQUIRED',
      kind: 'internal',
      message: "There is no unit to join, and the propagation is 'mandatory'.",
    })
  }
}

/** `never` was run with a unit around it. Code `TRANSACTION_FORBIDDEN`, kind `internal`. */
export class TransactionForbiddenError extends AppError {
  constructor() {
    super({
      code: 'TRANSACTION_FORBIDDEN',
      kind: 'internal',
      message: "A unit is open here, and the propagation is 'never'.",
    })
  }
}

/** A write in a unit with `readOnly`. Code `TRANSACTION_READ_ONLY`, kind `internal`. */
export class TransactionReadOnlyError extends AppError {
  constructor() {
    super({ code: 'TRANSACTION_READ_ONLY', kind: 'internal', message: 'This unit only reads.' })
  }
}

/**
 * Units that ran at once could not have run one after the other. The outermost unit is run again; this one is what remains
 * when that has not helped. Code `SERIALIZATION_FAILURE`, kind `conflict`.
 */
export class SerializationFailureError extends AppError {
  constructor(message = 'Another unit changed what this one relies on.', cause?: unknown) {
    super({
      code: 'SERIALIZATION_FAILURE',
      kind: 'conflict',
      message,
      ...(cause !== undefined && { cause }),
    })
  }
}
