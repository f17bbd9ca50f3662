export { AppError, type AppErrorOptions, type ErrorOptions } from './app-error.js'
export type { ErrorJson } from './error-json.js'
export { errorKind } from './error-kind.js'
export {
  CancelledError,
  ConflictError,
  ForbiddenError,
  NotFoundError,
  PreconditionFailedError,
  RateLimitedError,
  TimeoutError,
  UnauthenticatedError,
  UnavailableError,
  UnsupportedError,
} from './errors.js'
export { InvalidOptionError, type InvalidOptionErrorOptions } from './invalid-option-error.js'
export { isAppError } from './is-app-error.js'
export { type ErrorKind, errorKinds, isErrorKind } from './kind.js'
export type { JsonValue } from './public-json.js'
export { toErrorJson } from './to-error-json.js'
export { ValidationError, type ValidationErrorOptions } from './validation-error.js'
export type { ValidationIssue } from './validation-issue.js'
export { grpcStatusOf, httpStatusOf } from './wire-status.js'
