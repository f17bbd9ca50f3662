import { AppError, type ErrorOptions } from '@base/core/errors'

/**
 * A circuit is open: the call was refused, and the function not called. Code `CIRCUIT_OPEN`, kind `unavailable`.
 * `retryAfter` tells when a probe is due, where that is known; `details` is `{ name, state }`.
 *
 * It has no stack unless the breaker's `stack` option asks for one: refusing must be cheap.
 *
 * @example
 * if (isAppError(error, 'CIRCUIT_OPEN')) return cachedPrice(id)
 */
export class CircuitOpenError extends AppError {
  constructor(options: ErrorOptions = {}) {
    // Null, too: who makes an error has another one at hand, which must not be hidden.
    const { code = 'CIRCUIT_OPEN', message = 'The circuit is open.' } = options ?? {}
    super({ ...options, code, kind: 'unavailable', message })
  }
}
