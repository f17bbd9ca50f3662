import { AppError } from '@base/core/errors'

/**
 * A cursor is malformed, of another order, of another version, or signed by somebody else. Code `INVALID_CURSOR`, kind
 * `invalid`.
 */
export class InvalidCursorError extends AppError {
  constructor(problem: string, cause?: unknown) {
    super({
      code: 'INVALID_CURSOR',
      kind: 'invalid',
      message: `The cursor is not valid: ${problem}.`,
      ...(cause !== undefined && { cause }),
    })
  }
}
