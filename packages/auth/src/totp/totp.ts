/** What a user needs to set up an app. Show it once, over a connection that is theirs. */
export interface TotpEnrolment {
  /** Base32, for who types it. A secret. */
  readonly secret: string
  /** `otpauth://totp/…`, for who scans it as a QR code. Holds the secret. */
  readonly uri: string
}

/** How a subject stands. */
export interface TotpStatus {
  /** Whether a code can sign in, and so should be asked for. */
  readonly isEnrolled: boolean
  /** Whether a secret waits to be confirmed. */
  readonly isPending: boolean
  /** Until when no code is looked at, in milliseconds since 1970. */
  readonly lockedUntil?: number
}

/** Options of {@link Totp.enroll}. */
export interface EnrollOptions {
  /** What the app shows beside the issuer, 1 to 256 characters: the e-mail or name that the user signs in with. */
  readonly account: string
}

/** One-time codes of authenticator apps; made by `createTotp`. */
export interface Totp {
  /**
   * Makes a secret for a subject, which waits until a first code has proved that the app knows it. Until then an earlier one
   * stays good. Whoever may call this can put a factor of their own in: ask for the password, or a code, before.
   *
   * @throws InvalidOptionError for a wrong argument; UnavailableError where the store or the cipher fails.
   */
  enroll(sub: string, options: EnrollOptions): Promise<TotpEnrolment>
  /**
   * Confirms the secret that waits, by a code of it: it is the one that signs in from then on, and an earlier one is forgotten.
   * Counts as an attempt.
   *
   * @throws InvalidOptionError for a wrong subject; UnavailableError where the store or the cipher fails.
   */
  confirm(sub: string, code: string): Promise<boolean>
  /**
   * Whether a code is right, and was not used before. Of a subject with nothing but a secret that waits the first right code
   * confirms that one. Nothing that a user types makes it throw; a text that cannot be a code is no attempt.
   *
   * @throws InvalidOptionError for a wrong subject; UnavailableError where the store or the cipher fails.
   */
  verify(sub: string, code: string): Promise<boolean>
  /** How a subject stands. @throws UnavailableError where the store fails. */
  status(sub: string): Promise<TotpStatus>
  /** Forgets a subject's secrets; whether there were any. @throws UnavailableError where the store fails. */
  remove(sub: string): Promise<boolean>
}
