/** What a sign-in came to. */
export interface PasswordVerification {
  /** Whether the password is that of the stored hash. */
  readonly ok: boolean
  /**
   * A new hash of the same password, where the stored one was made otherwise than hashes are made now. Write it only where the
   * row still holds the old one, or let `replace` do it.
   */
  readonly upgradedHash?: string
}

/** Options of {@link Passwords.hash}. */
export interface HashPasswordOptions {
  /** Ends the call with the signal's reason, whether it waits or runs. */
  readonly signal?: AbortSignal | undefined
}

/** Options of {@link Passwords.verify}. */
export interface VerifyPasswordOptions {
  /** Ends the call with the signal's reason, whether it waits or runs. */
  readonly signal?: AbortSignal | undefined
  /**
   * Keeps a better hash after a right password: a compare-and-swap, that writes `next` only where the row still holds
   * `expected`, so that a change of password meanwhile is not undone. It is waited for; where it fails the sign-in succeeds
   * all the same, and `process.emitWarning` tells. Another sign-in may have written first, so a hash that is another by then does
   * not tell of another password: count the passwords of a row beside it.
   */
  readonly replace?: ((expected: string, next: string) => unknown) | undefined
}

/** What a user's row holds, or nothing: there is no such user, they have no password, or are locked. */
export type StoredPassword = string | null | undefined

/** Hashes and verifies passwords; made by `createPasswords`. */
export interface Passwords {
  /**
   * A text to store, with a salt of its own. Check the password with a policy before: all that is asked here is that it is
   * well-formed and has at most 1,024 bytes.
   *
   * @throws ValidationError for what is none; UnavailableError where too many wait; UnsupportedError where the function for
   * passwords needs a package; InvalidOptionError where it gives no text.
   */
  hash(password: string, options?: HashPasswordOptions): Promise<string>
  /**
   * Whether a password is that of a stored hash. For a user who does not exist, has no password or is locked, give
   * `undefined`: the work is the same, and the answer `ok: false`.
   *
   * `stored` may be a function that looks the user up. It is called after the password's size and form were checked, so that
   * what is refused for these is refused before anything depends on the user. What it throws is thrown.
   *
   * Whatever a caller sends as a password gives an answer, and so does a stored text that nothing can read, as `ok: false`,
   * after the same work; the channel `base:auth:passwords:unreadable` tells of it.
   *
   * @throws InvalidOptionError where `stored` is something else; UnknownPepperError where the hash needs a key that is not configured; UnavailableError where too many wait;
   * UnsupportedError where the function for passwords needs a package.
   */
  verify(
    password: string,
    stored: StoredPassword | (() => StoredPassword | PromiseLike<StoredPassword>),
    options?: VerifyPasswordOptions,
  ): Promise<PasswordVerification>
}
