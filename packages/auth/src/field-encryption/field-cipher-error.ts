import { AppError } from '@base/core/errors'

/**
 * Why a field could not be encrypted or decrypted: it is no envelope; its key is not known, is disabled, or is destroyed;
 * it was changed, moved to another place, or encrypted by a key of another bearer of the same name; or the keys are away.
 */
export type FieldCipherErrorCode =
  | 'FIELD_MALFORMED'
  | 'FIELD_KEY_UNKNOWN'
  | 'FIELD_KEY_DISABLED'
  | 'FIELD_KEY_DESTROYED'
  | 'FIELD_TAMPERED'
  | 'KMS_UNAVAILABLE'

const MESSAGES: Readonly<Record<FieldCipherErrorCode, string>> = {
  FIELD_MALFORMED: 'The text is no encrypted field.',
  FIELD_KEY_UNKNOWN: 'The field was encrypted by a key that is not known.',
  FIELD_KEY_DISABLED: 'The field was encrypted by a key that is disabled.',
  FIELD_KEY_DESTROYED: 'The field was encrypted by a key that is destroyed: it cannot be read again.',
  FIELD_TAMPERED: 'The field was changed, belongs to another place, or was encrypted by another key.',
  KMS_UNAVAILABLE: 'The keys could not be reached.',
}

/**
 * A field could not be encrypted or decrypted. Kind `internal`, for what is stored is at fault and not the caller; `unavailable`
 * for keys that are away. It holds the id of a key and a place at most: no text, no value.
 *
 * @example
 * try {
 *   await cipher.decrypt(row.email, place)
 * } catch (error) {
 *   if (isAppError(error, 'FIELD_KEY_DESTROYED')) return '[erased]'
 *   throw error
 * }
 */
export class FieldCipherError extends AppError {
  /** Why, for programs. */
  declare readonly code: FieldCipherErrorCode

  constructor(options: FieldCipherErrorOptions) {
    const { code, keyId, place, cause }: FieldCipherErrorOptions = Object(options)
    const details = { ...(keyId !== undefined && { keyId }), ...(place !== undefined && { place }) }
    super({
      code,
      kind: code === 'KMS_UNAVAILABLE' ? 'unavailable' : 'internal',
      message: MESSAGES[code],
      ...(Object.keys(details).length > 0 && { details }),
      ...(cause !== undefined && { cause }),
    })
  }
}

/** Options of {@link FieldCipherError}. */
export interface FieldCipherErrorOptions {
  /** Why. */
  readonly code: FieldCipherErrorCode
  /** The id of the key. */
  readonly keyId?: string | undefined
  /** Where the field stands, if that is not known otherwise. */
  readonly place?: Readonly<Record<string, string>> | undefined
  /** What led to it. */
  readonly cause?: unknown
}
