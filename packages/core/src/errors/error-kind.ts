import { isAppError } from './is-app-error.js'
import type { ErrorKind } from './kind.js'

/**
 * The kind of anything that was thrown: its own where it is an {@link AppError}, `cancelled` for an abort,
 * `timeout` for the `TimeoutError` of `AbortSignal.timeout()`, and `internal` for everything else. Never throws.
 *
 * @example
 * errorKind(new NotFoundError()) // 'not_found'
 * errorKind(AbortSignal.abort().reason) // 'cancelled'
 * errorKind(new TypeError('x is not a function')) // 'internal'
 */
export function errorKind(error: unknown): ErrorKind {
  try {
    if (isAppError(error)) return error.kind
    const name = (error as { name?: unknown } | null | undefined)?.name
    if (name === 'AbortError') return 'cancelled'
    // Only the platform's: user code names its own errors TimeoutError too, with other meanings.
    if (name === 'TimeoutError' && typeof DOMException === 'function' && error instanceof DOMException)
      return 'timeout'
  } catch {
    // A getter or a proxy that throws tells nothing.
  }
  return 'internal'
}
