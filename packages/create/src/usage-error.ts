/** Something was asked for that cannot be done; the message says what, and what can. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
