export { AuthError, type AuthErrorOptions } from './auth-error.js'
export type { AuthErrorCode } from './auth-error-code.js'
