import { checkOptions, invalidOption } from '@base/core/options'
import { kindOfSecret } from '../kind-of-secret.js'
import { placeOf } from '../place.js'
import { open } from './aes-gcm.js'

const KEY_SIZES = [16, 24, 32]

/** What AES-GCM made. */
export interface AesGcmMessage {
  /** The nonce, of the length that it was made with: 12 bytes, if it was made well. */
  readonly nonce: Uint8Array
  /** What was encrypted. */
  readonly ciphertext: Uint8Array
  /** The tag, 16 bytes. */
  readonly tag: Uint8Array
  /** What was authenticated along with it. @defaultValue nothing */
  readonly aad?: Uint8Array | undefined
}

/**
 * Decrypts what AES-GCM (NIST SP 800-38D) has encrypted, by a key of 16, 24 or 32 bytes. Nothing comes out before all of it
 * was authenticated.
 *
 * @throws {@link FieldCipherError} with the code `FIELD_TAMPERED` where anything does not fit, the length of the tag included;
 * `InvalidOptionError` for a key of another length, or a message that is none.
 */
export async function openAesGcm(key: Uint8Array, message: AesGcmMessage): Promise<Uint8Array> {
  const place = placeOf('openAesGcm')
  if (!(key instanceof Uint8Array && KEY_SIZES.includes(key.byteLength)))
    throw invalidOption(kindOfSecret(key), place('key'), 'a Uint8Array of 16, 24 or 32 bytes')
  const { nonce, ciphertext, tag, aad = new Uint8Array(0) } = checkOptions(message, place('message'))
  return new Uint8Array(open(key, nonce, ciphertext, tag, aad))
}
