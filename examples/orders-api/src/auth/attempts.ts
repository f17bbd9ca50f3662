import type { Clock } from '@base/core/clock'
import { RateLimiter, type RateLimitText } from '@base/resilience/rate-limiter'
import type { Coordination } from '../coordination/coordination.ts'
import type { ShopCipher } from '../encryption/shop-cipher.ts'

/** For one name, from wherever: so slow that guessing is hopeless, so many that its owner is seldom kept out. */
const PER_LOGIN = '100/hour'
/** How many letters an address gets. */
const PER_MAILBOX = '5/hour'

/** What {@link createAttempts} counts by. */
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
export function createAttempts({ perClient, counts, cipher, clock }: AttemptsOptions) {
  const limiter = (name: string, policies: RateLimitText) =>
    new RateLimiter({ ...counts, clock, name, policies })
  const ofClients = limiter('sign-ins per address', perClient)
  const ofLogins = limiter('sign-ins per account', PER_LOGIN)
  const ofMailboxes = limiter('letters per mailbox', PER_MAILBOX)
  return {
    /** Counts a request, before anything of it is looked at. @throws RateLimitedError with when the next may come. */
    ofClient: (address: string) => ofClients.execute(() => undefined, { key: address }),
    /** Counts an attempt at a password. @throws RateLimitedError with when the next may come. */
    ofLogin: async (login: string) => {
      const column = { table: 'attempts', column: 'login' }
      const key = await cipher.blindIndex(login.toLowerCase(), column)
      return ofLogins.execute(() => undefined, { key })
    },
    /** Counts a letter; whether it may be sent. */
    ofMailbox: async (index: string) => (await ofMailboxes.consume(index)).allowed,
  }
}
