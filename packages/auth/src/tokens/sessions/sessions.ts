/** A session that is alive. Times are milliseconds since 1970. */
export interface Session<Data> {
  /** Names it in lists, for {@link Sessions.destroyByHandle}: the same for its whole life, and no secret. */
  readonly handle: string
  /** Whose it is. */
  readonly sub: string
  /** What you put into it; a copy of your own. */
  readonly data: Data
  /** When it began. */
  readonly createdAt: number
  /** When it was last touched, rotated or begun. */
  readonly lastSeenAt: number
  /** When it ends if it is not touched before. */
  readonly idleExpiresAt: number
  /** When it ends at the latest. */
  readonly expiresAt: number
}

/** A session's new id, which is in the browser's hands from now on. */
export interface IssuedSession {
  /** The id: 68 characters of base64url. A secret: whoever has it is the user. */
  readonly id: string
  /** The value of the `Set-Cookie` header that gives it to the browser. */
  readonly cookie: string
  /** The session's name in lists. No secret. */
  readonly handle: string
}

/** Options of {@link Sessions.create}. */
export interface CreateSessionOptions {
  /** The id that the browser had before the sign-in, whose session ends: an anonymous one, or another user's. @defaultValue none */
  readonly replaces?: string | undefined
}

/**
 * Sessions on the server; made by {@link createSessions}. An id that is unknown, malformed, over or destroyed is
 * `undefined` or `false`, never an error. Every method rejects with an UnavailableError where the store fails, and `get`,
 * `touch` and `update` with what the codec throws where it cannot decode the data.
 */
export interface Sessions<Data = unknown> {
  /**
   * Begins a session at a sign-in, always with a new id. The data may be left out where `Data` may be `undefined`.
   *
   * @throws InvalidOptionError for a subject that is no text of 1 to 1,024 bytes of UTF-8 without U+0000 and lone
   * surrogates, or data of more than 65,536 characters as JSON;
   * UnsupportedError naming what in the data cannot be carried.
   */
  create(
    sub: string,
    ...given: undefined extends Data
      ? [data?: Data, options?: CreateSessionOptions]
      : [data: Data, options?: CreateSessionOptions]
  ): Promise<IssuedSession>
  /** The session of an id. Does not count as use: call {@link Sessions.touch} for that. */
  get(id: string): Promise<Session<Data> | undefined>
  /** The session of an id, which is used now: it may lie unused for `idleTtl` again, within its absolute end. */
  touch(id: string): Promise<Session<Data> | undefined>
  /** Replaces what a session holds. */
  update(id: string, data: Data): Promise<Session<Data> | undefined>
  /**
   * Gives a session a new id, and the old one means nothing any more: call it whenever the user may do more than before. It
   * counts as use; the absolute end stays. Of two at once one succeeds. It holds `data` from now on, or what it did before.
   */
  rotate(id: string, data?: Data): Promise<IssuedSession | undefined>
  /** Ends the session of an id; whether it was alive. */
  destroy(id: string): Promise<boolean>
  /**
   * Ends the session of a handle that {@link Sessions.list} gave; whether it was alive. Handles are no secrets: check that the
   * session is one that the caller may end.
   */
  destroyByHandle(handle: string): Promise<boolean>
  /**
   * Ends every session of a subject; how many were alive. One that `create` makes afterwards is not ended, though its password
   * was looked at before: where a password was replaced, look again once `create` has made it.
   */
  destroyAll(sub: string): Promise<number>
  /**
   * The sessions of a subject that are alive, the oldest first. One whose data the codec cannot decode, which opens nothing
   * either, is left out and told by a process warning; {@link Sessions.destroyAll} ends it with the others.
   */
  list(sub: string): Promise<readonly Session<Data>[]>
  /** The id in a `Cookie` header, in the only form that an id has. */
  readCookie(header: string | null | undefined): string | undefined
  /** The value of the `Set-Cookie` header that takes the cookie away, at a sign-out. */
  clearCookie(): string
}
