import type { ConflictError } from '@base/core/errors'
import type { Result } from '@base/core/result'
import type { Money } from '@base/domain/value-object'

/** Who takes the money. Both may be asked again, with the same key, when nobody knows what became of the last time. */
export interface Payments {
  /**
   * Takes an amount, once for a key. An error where the customer cannot pay.
   *
   * @throws UnavailableError where it does not answer; `retryAfter` says when to try again.
   */
  take(key: string, amount: Money): Promise<Result<void, ConflictError>>
  /** Gives back what was taken under a key, and ends the key: what is still on the way is refused. @throws UnavailableError as above. */
  giveBack(key: string): Promise<void>
}
