import { AppError } from '../errors/app-error.js'

/**
 * A value that the code needs is not in the context: nobody set it, or the code runs outside of the request, as a callback
 * and a generator may (see `bindContext`). Code `CONTEXT_MISSING`, kind `internal`; details `{ key }`.
 *
 * @example
 * try {
 *   tenantId.require()
 * } catch (error) {
 *   if (isAppError(error, 'CONTEXT_MISSING')) console.log(error.message)
 *   // There is no 'tenantId' in the context; runInContext sets it, and a callback or a generator needs bindContext.
 * }
 */
export class ContextMissingError extends AppError {
  constructor(key: string, reason: string) {
    super({
      code: 'CONTEXT_MISSING',
      kind: 'internal',
      message: `There is no '${key}' in the context; ${reason}.`,
      details: { key },
    })
  }
}
