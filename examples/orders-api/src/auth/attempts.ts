import type { Clock } from '@base/core/clock'
import { RateLimiter, type RateLimitText } from '@base/resilience/rate-limiter'
import type { Coordination } from '../coordination/coordination.ts'
import type { ShopCipher } from '../encryption/shop-cipher.ts'
import { networkOf } from './network-of.ts'

/** For one account, and one name that was typed, from one address, since it last was right: who guesses keeps nobody out but himself. */
const PER_LOGIN_AND_CLIENT = '20/hour'
/** For one of these, from wherever: so slow that guessing is hopeless, and for who keeps its owner out fifty addresses dear. */
const PER_LOGIN = '1000/hour'
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
  const ofPairs = limiter('sign-ins per account and address', PER_LOGIN_AND_CLIENT)
  const ofLogins = limiter('sign-ins per account', PER_LOGIN)
  const ofMailboxes = limiter('letters per mailbox', PER_MAILBOX)
  const indexOf = (column: 'login' | 'account', name: string) =>
    cipher.blindIndex(name.toLowerCase(), { table: 'attempts', column })
  const pairOf = (index: string, address: string) => `${index} ${networkOf(address)}`
  return {
    /** Counts a request, before anything of it is looked at. @throws RateLimitedError with when the next may come. */
    ofClient: (address: string) => ofClients.execute(() => undefined, { key: networkOf(address) }),
    /**
     * Counts an attempt at a password: by what was typed, and by the username of the account, where there is one. One that its
     * address has no more of is not counted against the account.
     *
     * @returns whether the account has one left. Where not, answer as if the password were wrong: an account has two names,
     * and who was refused by the one for what they tried by the other would know that they are of the same.
     * @throws RateLimitedError with when the next may come, by what was typed.
     */
    ofLogin: async (login: string, address: string, username = login): Promise<boolean> => {
      const typed = await indexOf('login', login)
      await ofPairs.execute(() => undefined, { key: pairOf(typed, address) })
      await ofLogins.execute(() => undefined, { key: typed })
      const account = await indexOf('account', username)
      return (
        (await ofPairs.consume(pairOf(account, address))).allowed && (await ofLogins.consume(account)).allowed
      )
    },
    /** Says that the password was right: what this address has tried before is forgotten. Where that fails it is over in time. */
    loginSucceeded: (login: string, address: string, username = login) =>
      Promise.all([indexOf('login', login), indexOf('account', username)])
        .then((keys) => Promise.all(keys.map((key) => ofPairs.reset(pairOf(key, address)))))
        .catch(() => {}),
    /** Counts a letter; whether it may be sent. */
    ofMailbox: async (index: string) => (await ofMailboxes.consume(index)).allowed,
  }
}
