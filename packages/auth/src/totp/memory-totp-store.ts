import type { Clock } from '@base/core/clock'
import { readClock } from '../optional-clock.js'
import type { StoredTotp, TotpAttempt, TotpLimit, TotpStore } from './totp-store.js'

/** Options of {@link memoryTotpStore}. */
export interface MemoryTotpStoreOptions {
  /** Source of time. @defaultValue the time of who asks */
  readonly clock?: Clock | undefined
}

/**
 * Keeps the authenticator secrets of one process in memory: for tests. A restart forgets them, and locks everybody out.
 *
 * @example
 * const totp = createTotp({ store: memoryTotpStore(), issuer: 'Example Shop' })
 *
 * @throws InvalidOptionError for a clock that is none.
 */
export function memoryTotpStore(options: MemoryTotpStoreOptions = {}): TotpStore {
  return new MemoryTotpStore(readClock(options, 'memoryTotpStore'))
}

interface Account {
  active?: string
  pending?: string
  lastStep: number
  attempts: number
  lockedUntil?: number
}

class MemoryTotpStore implements TotpStore {
  readonly #clock: Clock | undefined
  readonly #accounts = new Map<string, Account>()

  constructor(clock: Clock | undefined) {
    this.#clock = clock
  }

  async enroll(sub: string, secret: string): Promise<void> {
    const account = this.#accounts.get(sub)
    if (account === undefined) this.#accounts.set(sub, { pending: secret, lastStep: -1, attempts: 0 })
    else account.pending = secret
  }

  async attempt(sub: string, { attempts, lockFor }: TotpLimit, now: number): Promise<TotpAttempt> {
    const at = this.#at(now)
    const account = this.#accounts.get(sub)
    if (account === undefined) return { status: 'unknown' }
    if (account.lockedUntil !== undefined) {
      if (at < account.lockedUntil) return { status: 'locked' }
      unlock(account)
    }
    if (++account.attempts >= attempts) account.lockedUntil = at + lockFor
    return { status: 'open', active: account.active, pending: account.pending }
  }

  async accept(sub: string, secret: string, step: number): Promise<boolean> {
    const account = this.#accounts.get(sub)
    if (account === undefined) return false
    if (account.pending === secret) {
      account.active = secret
      delete account.pending
    } else if (account.active !== secret || step <= account.lastStep) return false
    account.lastStep = step
    unlock(account)
    return true
  }

  async find(sub: string, now: number): Promise<StoredTotp | undefined> {
    const account = this.#accounts.get(sub)
    if (account === undefined) return undefined
    const { active, pending, lockedUntil } = account
    const isLocked = lockedUntil !== undefined && this.#at(now) < lockedUntil
    return { active, pending, lockedUntil: isLocked ? lockedUntil : undefined }
  }

  async remove(sub: string): Promise<boolean> {
    return this.#accounts.delete(sub)
  }

  #at(now: number): number {
    return this.#clock?.now() ?? now
  }
}

function unlock(account: Account): void {
  account.attempts = 0
  delete account.lockedUntil
}
