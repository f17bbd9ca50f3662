import { AppError, type ErrorOptions } from '@base/core/errors'

/**
 * A bulkhead has no room: the call was refused, and the function not called. Code `BULKHEAD_FULL`, kind `unavailable`;
 * `details` is `{ name, reason }`, the reason `'queue_full'` or `'waited_too_long'`. It has no stack: refusing must be
 * cheap.
 *
 * @example
 * if (isAppError(error, 'BULKHEAD_FULL')) return new Response('Busy', { status: 503 })
 */
export class BulkheadFullError extends AppError {
  constructor(options: ErrorOptions = {}) {
    // Null, too: who makes an error has another one at hand, which must not be hidden.
    const { code = 'BULKHEAD_FULL', message = 'The bulkhead is full.' } = options ?? {}
    super({ ...options, code, kind: 'unavailable', message })
  }
}
