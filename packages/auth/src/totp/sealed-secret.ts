import { UnavailableError } from '@base/core/errors'
import { invalidOption } from '@base/core/options'
import { kindOfSecret } from '../kind-of-secret.js'
import { place, type TotpCipher } from './totp-options.js'

/** A secret as it is stored. @throws UnavailableError where the cipher fails; InvalidOptionError where it gives no text. */
export async function sealSecret(
  cipher: TotpCipher | undefined,
  secret: string,
  sub: string,
): Promise<string> {
  return cipher === undefined ? secret : askCipher(() => cipher.encrypt(secret, sub))
}

/** The secret of a stored text. @throws as {@link sealSecret}. */
export async function openSecret(cipher: TotpCipher | undefined, text: string, sub: string): Promise<string> {
  return cipher === undefined ? text : askCipher(() => cipher.decrypt(text, sub))
}

/** Its keys may lie in a service that is away. Then nobody knows, and the call fails, so that it is tried again. */
async function askCipher(ask: () => PromiseLike<string>): Promise<string> {
  let text: unknown
  try {
    text = await ask()
  } catch (cause) {
    throw new UnavailableError({ message: 'The totp cipher failed.', cause })
  }
  if (typeof text === 'string') return text
  throw invalidOption(`one that gives ${kindOfSecret(text)}`, place('cipher'), 'one that gives texts')
}
