import { createFieldCipher, type FieldCipher } from '@base/auth/field-encryption'
import type { TotpCipher } from '@base/auth/totp'
import type { Clock } from '@base/core/clock'
import type { Secret } from '@base/core/secret'
import { readFieldKeys } from './field-keys.ts'

/** Encrypts what the database shall not know. */
export type ShopCipher = FieldCipher<'table' | 'column' | 'rowId'>

/** @param fieldKeys as `readFieldKeys` takes them. @defaultValue a key that is known to all */
export function openCipher(fieldKeys: Secret<string> | undefined, clock: Clock): ShopCipher {
  const keys = readFieldKeys(fieldKeys?.reveal())
  return createFieldCipher({ keys, context: ['table', 'column', 'rowId'], clock })
}

/** For the secrets of authenticator apps, each in the place of its account. */
export function totpCipher(cipher: ShopCipher): TotpCipher {
  const place = (rowId: string) => ({ table: 'base_totp', column: 'secret', rowId })
  return {
    encrypt: (secret, sub) => cipher.encrypt(secret, place(sub)),
    decrypt: (text, sub) => cipher.decrypt(text, place(sub)),
  }
}
