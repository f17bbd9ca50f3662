import { encodeBase64Url } from '@base/core/codec'
import type { PasswordKdf } from './kdf/password-kdf.js'

const SALT_LENGTH = 16
const PASSWORD_LENGTH = 32

/** The work of verifying a password, for a user who has none: one run of the function, and nothing comes of it. */
export class Decoy {
  readonly #kdf: PasswordKdf
  #text: string | undefined

  constructor(kdf: PasswordKdf) {
    this.#kdf = kdf
  }

  async run(password: string): Promise<void> {
    const text = this.#kdf.decoy?.() ?? this.#text
    if (text !== undefined) await this.#kdf.verify(password, text)
    // A hash costs what a verification does, and this one is of a password that nobody knows.
    else this.#text = await this.#kdf.hash(randomPassword(), randomBytes(SALT_LENGTH))
  }
}

function randomPassword(): string {
  return encodeBase64Url(randomBytes(PASSWORD_LENGTH))
}

function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length))
}
