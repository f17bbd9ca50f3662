import type { PasswordKdf } from './kdf/password-kdf.js'

const SALT_LENGTH = 16
const LONGEST_TAG = 64

/** The work of verifying a password, for a user who has none: one run of the function, and always `false`. */
export class Decoy {
  readonly #kdf: PasswordKdf
  #text: string | undefined

  constructor(kdf: PasswordKdf) {
    this.#kdf = kdf
  }

  /** Learns from a text with the present parameters what a decoy of a function without `decoy` has to look like. */
  learn(text: string): void {
    if (this.#kdf.decoy === undefined) this.#text ??= withRandomTag(text)
  }

  async run(password: string): Promise<false> {
    const text = this.#kdf.decoy?.() ?? this.#text
    // A hash costs what a verification does, and none has been made so far that could be verified.
    if (text === undefined) this.learn(await this.#kdf.hash(password, randomBytes(SALT_LENGTH)))
    else await this.#kdf.verify(password, text)
    return false
  }
}

/** The last part of a PHC string is the tag. Kept in memory it must not be that of anybody's password. */
function withRandomTag(text: string): string {
  const start = text.lastIndexOf('$') + 1
  const length = Math.min(text.length - start, LONGEST_TAG)
  const tag = Array.from(randomBytes(length), (byte) => 'ABCDEFGHIJKLMNOP'[byte & 15]).join('')
  // The last character has bits that no byte uses, which must be zero.
  return `${text.slice(0, start)}${tag.slice(0, -1)}A`
}

function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length))
}
