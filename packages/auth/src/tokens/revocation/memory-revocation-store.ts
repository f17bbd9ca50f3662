import { type Clock, systemClock } from '@base/core/clock'
import { checkMethods, checkOptions } from '@base/core/options'
import { placeOf } from '../../place.js'
import { ExpiringMap } from './expiring-map.js'
import type {
  Revocation,
  RevocationQuery,
  RevocationStore,
  RevokedSession,
  RevokedSubject,
  RevokedToken,
} from './revocation-store.js'

/** Options of {@link memoryRevocationStore}. */
export interface MemoryRevocationStoreOptions {
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/**
 * Revocations within one process. Another process does not know them, and a restart forgets them: behind a load balancer take
 * a store that all processes share.
 *
 * @example
 * const revocations = memoryRevocationStore()
 *
 * @throws InvalidOptionError for a clock that is none.
 */
export function memoryRevocationStore(options: MemoryRevocationStoreOptions = {}): RevocationStore {
  const place = placeOf('memoryRevocationStore')
  const { clock = systemClock } = checkOptions(options, place('options'))
  const book = new RevocationBook(checkMethods(clock, ['now'], place('clock')))
  return {
    revoke: async (revoked) => book.revoke(revoked),
    revokeAll: async (subject) => book.revokeAll(subject),
    find: async (query) => book.find(query),
  }
}

/** What one issuer took back. */
interface IssuerRevocations {
  readonly tokens: ExpiringMap<true>
  readonly sessions: ExpiringMap<true>
  readonly epochs: ExpiringMap<number>
}

const UNKNOWN: Revocation = Object.freeze({ revoked: false, epoch: 0 })

class RevocationBook {
  readonly #clock: Clock
  /** By issuer, so that no key has to be put together of two texts. */
  readonly #issuers = new Map<string, IssuerRevocations>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  revoke(revoked: RevokedToken | RevokedSession): void {
    const { tokens, sessions } = this.#of(revoked.issuer)
    if ('session' in revoked) sessions.set(revoked.session, true, revoked.ttl)
    else tokens.set(revoked.id, true, revoked.ttl)
  }

  revokeAll({ issuer, subject, at, ttl }: RevokedSubject): number {
    const { epochs } = this.#of(issuer)
    const epoch = Math.max(at, (epochs.get(subject) ?? 0) + 1)
    epochs.set(subject, epoch, ttl)
    return epoch
  }

  find({ issuer, id, session, subject }: RevocationQuery): Revocation {
    const known = this.#issuers.get(issuer)
    if (known === undefined) return UNKNOWN
    return {
      revoked:
        (id !== undefined && known.tokens.get(id) === true) ||
        (session !== undefined && known.sessions.get(session) === true),
      epoch: (subject === undefined ? undefined : known.epochs.get(subject)) ?? 0,
    }
  }

  #of(issuer: string): IssuerRevocations {
    const known = this.#issuers.get(issuer)
    if (known !== undefined) return known
    const now = () => this.#clock.now()
    const made = {
      tokens: new ExpiringMap<true>(now),
      sessions: new ExpiringMap<true>(now),
      epochs: new ExpiringMap<number>(now),
    }
    this.#issuers.set(issuer, made)
    return made
  }
}
