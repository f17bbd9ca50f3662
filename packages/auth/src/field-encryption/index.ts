export { createFieldCipher, type FieldCipherOptions } from './create-field-cipher.js'
export type { FieldCipher, FieldCipherCall } from './field-cipher.js'
export {
  FieldCipherError,
  type FieldCipherErrorCode,
  type FieldCipherErrorOptions,
} from './field-cipher-error.js'
export type { DataKey, IndexKey, KmsPort } from './kms-port.js'
export { type FieldKeyState, type LocalKey, localKeys } from './local-keys.js'
export { type AesGcmMessage, openAesGcm } from './open-aes-gcm.js'
export type { ColumnPlace, FieldPlace } from './place.js'
export {
  type EncryptedField,
  type ReencryptOptions,
  type ReencryptProgress,
  type ReencryptResult,
  type ReencryptSource,
  reencrypt,
} from './reencrypt.js'
