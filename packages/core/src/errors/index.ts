export { AppError, type AppErrorOptions, type ErrorOptions } from './app-error.js'
export { isAppError } from './brand.js'
export { type ErrorJson, toErrorJson } from './error-json.js'
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
export { type ErrorKind, errorKinds, isErrorKind } from './kind.js'
export type { JsonValue } from './public-json.js'
export { ValidationError, type ValidationErrorOptions, type ValidationIssue } from './validation-error.js'
export { grpcStatusOf, httpStatusOf } from './wire-status.js'
