/**
 * Verifies what another system has stored, so that its users move as they sign in: `bcrypt()`, `scrypt()`, `pbkdf2()`, or your
 * own. It gets the password as it was typed, for that is what the other system has hashed.
 */
export interface LegacyVerifier {
  /** Names it in errors. */
  readonly id: string
  /** Whether it can read a stored text, and may spend what that asks for. Cheap: nothing is computed. */
  recognises(stored: string): boolean
  /** Whether a text that it recognises was made of this password: `true`, and nothing like it. */
  verify(password: string, stored: string): PromiseLike<boolean>
}
