import type { Clock } from '@base/core/clock'
import { RateLimiter, type RateLimitText } from '@base/resilience/rate-limiter'
import type { Coordination } from '../coordination/coordination.ts'
import type { ShopCipher } from '../encryption/shop-cipher.ts'

/** For one name, from wherever: so slow that guessing is hopeless, so many that its owner is seldom kept out. */
const PER_LOGIN = '100/hour'
/** How many letters an address gets. */
const PER_MAILBOX = '5/hour'

/** What {@link Attempts} counts by. */
export interface AttemptsOptions {
  /** How often a client may try. */
  readonly perClient: RateLimitText
  /** Where it is counted. */
  readonly counts: Coordination['counts']
  /** Hides the names that are counted from where they are. */
  readonly cipher: ShopCipher
  readonly clock: Clock
}

/** Limits how often somebody tries to sign in, or asks for letters. What nobody has is counted as what somebody has. */
export class Attempts {
  readonly #perClient: RateLimiter
  readonly #perLogin: RateLimiter
  readonly #perMailbox: RateLimiter
  readonly #cipher: ShopCipher

  constructor({ perClient, counts, cipher, clock }: AttemptsOptions) {
    const options = { ...counts, clock }
    this.#perClient = new RateLimiter({ ...options, name: 'sign-ins per address', policies: perClient })
    this.#perLogin = new RateLimiter({ ...options, name: 'sign-ins per account', policies: PER_LOGIN })
    this.#perMailbox = new RateLimiter({ ...options, name: 'letters per mailbox', policies: PER_MAILBOX })
    this.#cipher = cipher
  }

  /** Counts a request, before anything of it is looked at. @throws RateLimitedError with when the next may come. */
  ofClient(address: string): Promise<void> {
    return this.#perClient.execute(() => undefined, { key: address })
  }

  /** Counts an attempt at a password. @throws RateLimitedError with when the next may come. */
  async ofLogin(login: string): Promise<void> {
    const column = { table: 'attempts', column: 'login' }
    const key = await this.#cipher.blindIndex(login.toLowerCase(), column)
    return this.#perLogin.execute(() => undefined, { key })
  }

  /** Counts a letter; whether it may be sent. */
  async ofMailbox(index: string): Promise<boolean> {
    return (await this.#perMailbox.consume(index)).allowed
  }
}
