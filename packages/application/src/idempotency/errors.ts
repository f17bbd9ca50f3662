import { AppError, ConflictError, type ErrorOptions } from '@base/core/errors'

/** The key was used for another request: another fingerprint. Code `IDEMPOTENCY_MISMATCH`, kind `invalid` (422). */
export class IdempotencyMismatchError extends AppError {
  constructor(options: ErrorOptions = {}) {
    const { code = 'IDEMPOTENCY_MISMATCH', message = 'The idempotency key was used for another request.' } =
      options ?? {}
    super({ ...options, code, kind: 'invalid', message })
  }
}

/**
 * The same request is still running; `retryAfter` says when its lease ends at the latest, unless it is renewed. Code
 * `IDEMPOTENCY_IN_PROGRESS`, kind `conflict` (409).
 */
export class IdempotencyInProgressError extends AppError {
  constructor(options: ErrorOptions = {}) {
    const { code = 'IDEMPOTENCY_IN_PROGRESS', message = 'The same request is still being processed.' } =
      options ?? {}
    super({ ...options, code, kind: 'conflict', message })
  }
}

/**
 * The request has been processed, but its outcome cannot be given again: it was too large to be kept, or cannot be read.
 * It is not run again. Code `IDEMPOTENCY_RESULT_UNAVAILABLE`, kind `conflict` (409).
 */
export class IdempotencyResultUnavailableError extends AppError {
  constructor(options: ErrorOptions = {}) {
    const {
      code = 'IDEMPOTENCY_RESULT_UNAVAILABLE',
      message = 'The request has been processed already; its result cannot be given again.',
    } = options ?? {}
    super({ ...options, code, kind: 'conflict', message })
  }
}

/** The error of a run whose key another has taken over; also the reason of its signal. Code `LEASE_LOST`. */
export function leaseLost(cause?: unknown): ConflictError {
  return new ConflictError({
    code: 'LEASE_LOST',
    message: 'The lease of this run is over: another may have taken it over by now.',
    ...(cause !== undefined && { cause }),
  })
}

/** The error of a function that asks for the key that it has. Code `DEADLOCK`. */
export function deadlock(): ConflictError {
  return new ConflictError({
    code: 'DEADLOCK',
    message: 'A function asks for the idempotency key that it runs with, and would wait for itself.',
  })
}
