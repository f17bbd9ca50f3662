import { AppError } from '../errors/app-error.js'
import type { ErrorKind } from '../errors/kind.js'

/** Why a text was refused as JSON. */
export type JsonErrorCode =
  | 'JSON_MALFORMED'
  | 'JSON_NOT_UTF8'
  | 'JSON_TOO_LARGE'
  | 'JSON_TOO_DEEP'
  | 'JSON_FORBIDDEN_KEY'
  | 'JSON_DUPLICATE_KEY'

/**
 * A text is no JSON, or none that is accepted. `JSON_TOO_LARGE` is of kind `too_large`, the others are `invalid`. Details
 * `{ position }`, in UTF-16 units from 0 behind a byte order mark, where it is known. It holds nothing of the text but the name of a forbidden key.
 *
 * @example
 * const result = await parseJson(orderSchema, body)
 * if (!result.ok && isAppError(result.error, 'JSON_MALFORMED')) console.log('not JSON')
 */
export class JsonError extends AppError {
  declare readonly code: JsonErrorCode

  constructor(code: JsonErrorCode, message: string, details: Readonly<Record<string, number>> = {}) {
    const kind: ErrorKind = code === 'JSON_TOO_LARGE' ? 'too_large' : 'invalid'
    super({ code, kind, message, details })
  }
}
