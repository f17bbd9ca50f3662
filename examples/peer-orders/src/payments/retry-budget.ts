/** What a retry costs: as much as five calls pay, each of them 1. */
const PRICE = 5
/** Each second pays for ten; what ten seconds have paid is the most that is saved up. */
const PER_SECOND = 10 * PRICE
const MOST = 10 * PER_SECOND

/**
 * Keeps retries from multiplying the load where all calls fail.
 *
 * @see Google, Site Reliability Engineering, "Handling Overload"
 */
export class RetryBudget {
  #left = PER_SECOND
  #at = performance.now()

  /** A call begins, and pays. */
  deposit(amount = 1): void {
    const now = performance.now()
    this.#left = Math.min(this.#left + amount + ((now - this.#at) / 1_000) * PER_SECOND, MOST)
    this.#at = now
  }

  /** Pays for a retry; whether there was enough. */
  withdraw(): boolean {
    this.deposit(0)
    if (this.#left < PRICE) return false
    this.#left -= PRICE
    return true
  }

  /** A retry that was paid for is not made. */
  giveBack(): void {
    this.deposit(PRICE)
  }
}
