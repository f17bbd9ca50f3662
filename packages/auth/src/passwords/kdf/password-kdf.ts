/**
 * Turns a password into a text that proves it and does not give it away: `argon2id()`, `nodeArgon2()`, `nodeRsArgon2()`, or
 * your own.
 *
 * It gets passwords that are normalised, at most 1,024 bytes long and, with a pepper, already keyed; where what was typed is
 * another text, `verify` gets that as well. It need not limit how many run at once.
 */
export interface PasswordKdf {
  /** Names it in errors and events. */
  readonly id: string
  /** A text with all that {@link PasswordKdf.verify} needs, such as a PHC string, made with this salt of 16 random bytes. */
  hash(password: string, salt: Uint8Array): PromiseLike<string>
  /**
   * Whether a text was made of this password, compared in constant time: `true`, and nothing like it. `false` for a text that
   * it cannot read.
   */
  verify(password: string, phc: string): PromiseLike<boolean>
  /** Whether {@link PasswordKdf.hash} would now make it otherwise: a change of algorithm, version, cost or length. */
  needsRehash(phc: string): boolean
  /** Whether it can read a text, and may spend what that asks for. @defaultValue it can read every one */
  recognises?(phc: string): boolean
  /**
   * A text that no password fits, which costs as much to verify as one of {@link PasswordKdf.hash}: what a user who does not
   * exist is verified against. @defaultValue a hash of a random password, made when the first is needed
   */
  decoy?(): string
}
