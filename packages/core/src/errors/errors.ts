import { AppError, type ErrorOptions, withDefaults } from './app-error.js'

/**
 * What was asked for does not exist, or not for this caller. Code `NOT_FOUND`, kind `not_found`.
 *
 * @example
 * throw new NotFoundError({ message: 'No order 7.', details: { id: 7 } })
 */
export class NotFoundError extends AppError {
  constructor(options: ErrorOptions = {}) {
    super(withDefaults(options, 'not_found', 'Not found.'))
  }
}

/**
 * The request clashes with the present state: a stale version, a taken name. Code `CONFLICT`, kind `conflict`.
 *
 * @example
 * throw new ConflictError({ details: { id: 7, expected: 3, actual: 4 } })
 */
export class ConflictError extends AppError {
  constructor(options: ErrorOptions = {}) {
    super(withDefaults(options, 'conflict', 'The request conflicts with the current state.'))
  }
}

/**
 * A condition that the caller set does not hold, such as `If-Match`. Code `PRECONDITION_FAILED`, kind `precondition_failed`.
 *
 * @example
 * throw new PreconditionFailedError({ message: 'The order has changed since you read it.' })
 */
export class PreconditionFailedError extends AppError {
  constructor(options: ErrorOptions = {}) {
    super(withDefaults(options, 'precondition_failed', 'A precondition does not hold.'))
  }
}

/**
 * Nobody knows who is calling. Code `UNAUTHENTICATED`, kind `unauthenticated`.
 *
 * @example
 * throw new UnauthenticatedError()
 */
export class UnauthenticatedError extends AppError {
  constructor(options: ErrorOptions = {}) {
    super(withDefaults(options, 'unauthenticated', 'Authentication is required.'))
  }
}

/**
 * The caller is known, and not allowed to do this. Code `FORBIDDEN`, kind `forbidden`.
 *
 * @example
 * throw new ForbiddenError({ details: { action: 'order:cancel' } })
 */
export class ForbiddenError extends AppError {
  constructor(options: ErrorOptions = {}) {
    super(withDefaults(options, 'forbidden', 'This is not allowed.'))
  }
}

/**
 * The caller did it too often; `retryAfter` says when it may go on. Code `RATE_LIMITED`, kind `rate_limited`.
 *
 * @example
 * throw new RateLimitedError({ retryAfter: 1_500 })
 */
export class RateLimitedError extends AppError {
  constructor(options: ErrorOptions = {}) {
    super(withDefaults(options, 'rate_limited', 'Too many requests.'))
  }
}

/**
 * It took longer than allowed; whether it took effect is unknown. Code `TIMEOUT`, kind `timeout`.
 *
 * @example
 * throw new TimeoutError({ message: 'No answer within 5s.' })
 */
export class TimeoutError extends AppError {
  constructor(options: ErrorOptions = {}) {
    super(withDefaults(options, 'timeout', 'The operation timed out.'))
  }
}

/**
 * We gave up ourselves. A call that its caller aborts rejects with `signal.reason` instead. Code `CANCELLED`, kind `cancelled`.
 *
 * @example
 * throw new CancelledError({ message: 'The service is stopping.' })
 */
export class CancelledError extends AppError {
  constructor(options: ErrorOptions = {}) {
    super(withDefaults(options, 'cancelled', 'The operation was cancelled.'))
  }
}

/**
 * Something that is needed does not answer now; a later attempt may succeed. Code `UNAVAILABLE`, kind `unavailable`.
 *
 * @example
 * throw new UnavailableError({ retryAfter: 10_000, cause: new Error('connect ECONNREFUSED') })
 */
export class UnavailableError extends AppError {
  constructor(options: ErrorOptions = {}) {
    super(withDefaults(options, 'unavailable', 'The service is unavailable.'))
  }
}

/**
 * What was asked for cannot be done here, however often it is tried. Code `UNSUPPORTED`, kind `unsupported`.
 *
 * @example
 * throw new UnsupportedError({ message: 'PGlite has one connection: requires_new is not available.' })
 */
export class UnsupportedError extends AppError {
  constructor(options: ErrorOptions = {}) {
    super(withDefaults(options, 'unsupported', 'This is not supported.'))
  }
}
