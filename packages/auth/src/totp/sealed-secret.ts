import { UnavailableError } from '@base/core/errors'
import type { TotpCipher } from './totp-options.js'

/** A secret as it is stored. @throws UnavailableError where the cipher fails. */
export async function sealSecret(
  cipher: TotpCipher | undefined,
  secret: string,
  sub: string,
): Promise<string> {
  return cipher === undefined ? secret : askCipher(() => cipher.encrypt(secret, sub))
}

/** The secret of a stored text. @throws UnavailableError where the cipher fails. */
export async function openSecret(cipher: TotpCipher | undefined, text: string, sub: string): Promise<string> {
  return cipher === undefined ? text : askCipher(() => cipher.decrypt(text, sub))
}

/** Its keys may lie in a service that is away. Then nobody knows, and the call fails, so that it is tried again. */
async function askCipher(ask: () => PromiseLike<string>): Promise<string> {
  try {
    return await ask()
  } catch (cause) {
    throw new UnavailableError({ message: 'The totp cipher failed.', cause })
  }
}
