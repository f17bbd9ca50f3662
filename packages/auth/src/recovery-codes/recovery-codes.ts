/** Codes on paper, for who has lost their second factor; made by `createRecoveryCodes`. */
export interface RecoveryCodes {
  /**
   * Makes the codes of a subject, 1 to 100 of them; those before are worth nothing from then on, all at once. Show them once:
   * nobody can read them again. Whoever may call this has a second factor of their own: ask for the present one before.
   *
   * @throws InvalidOptionError for a wrong argument; UnavailableError where the store fails.
   */
  generate(sub: string, count?: number): Promise<readonly string[]>
  /**
   * Whether a code is one of the subject's, which it is no more afterwards; of many that redeem it at once one succeeds. Case,
   * spaces and dashes mean nothing, and letters that look like digits are read as these. Nothing that a user types makes it throw.
   *
   * @throws InvalidOptionError for a wrong subject; UnavailableError where the store fails: then the code may be used up.
   */
  redeem(sub: string, code: string): Promise<boolean>
  /** How many codes are left. Tell a user who runs out of them. @throws UnavailableError where the store fails. */
  remaining(sub: string): Promise<number>
  /** Forgets a subject's codes; whether there were any. @throws UnavailableError where the store fails. */
  remove(sub: string): Promise<boolean>
}
