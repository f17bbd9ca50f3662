import { AppError } from '../errors/app-error.js'

/**
 * A text is not the id that was expected. Code `INVALID_ID`, kind `invalid`; details `{ expected }`. It never holds the
 * text itself.
 *
 * @example
 * const id = typedId('order').parse('user_01h455vb4pex5vsknk084sn02q')
 * if (!id.ok) console.log(id.error.message)
 * // Not an id of 'order': the prefix must be 'order'.
 */
export class InvalidIdError extends AppError {
  constructor(expected: string, reason: string) {
    super({
      code: 'INVALID_ID',
      kind: 'invalid',
      message: `Not ${expected}: ${reason}.`,
      details: { expected },
    })
  }
}
