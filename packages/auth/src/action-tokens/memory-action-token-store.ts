import type { Clock } from '@base/core/clock'
import { readClock } from '../optional-clock.js'
import { Rounds } from '../rounds.js'
import type {
  ActionTokenKey,
  ActionTokenStore,
  NewActionToken,
  StoredActionToken,
} from './action-token-store.js'

/** Tokens that each new one looks at, to forget those that are over: more than are added, so that none is left. */
const SWEPT = 2

/** Options of {@link memoryActionTokenStore}. */
export interface MemoryActionTokenStoreOptions {
  /** Source of time. @defaultValue the time of the service that asks */
  readonly clock?: Clock | undefined
}

/**
 * Keeps the action tokens of one process in memory: for tests. A restart forgets them, and makes links in mails worthless.
 *
 * Tokens that are over are forgotten as others are added. There is no other bound.
 *
 * @example
 * const resets = createActionTokens({ store: memoryActionTokenStore(), purpose: 'reset' })
 *
 * @throws InvalidOptionError for a clock that is none.
 */
export function memoryActionTokenStore(options: MemoryActionTokenStoreOptions = {}): ActionTokenStore {
  return new MemoryActionTokenStore(readClock(options, 'memoryActionTokenStore'))
}

interface Row extends StoredActionToken {
  readonly handle: string
  readonly hash: string
  readonly account: string
}

class MemoryActionTokenStore implements ActionTokenStore {
  readonly #clock: Clock | undefined
  readonly #rows = new Map<string, Row>()
  readonly #rounds = new Rounds(this.#rows)
  readonly #byAccount = new Map<string, Set<string>>()

  constructor(clock: Clock | undefined) {
    this.#clock = clock
  }

  async add({ purpose, handle, hash, sub, data, state, ttl }: NewActionToken, now: number): Promise<void> {
    const at = this.#at(now)
    this.#sweep(at)
    const account = accountOf(purpose, sub)
    this.#rows.set(handle, { handle, hash, account, sub, data, state, expiresAt: at + ttl })
    const siblings = this.#byAccount.get(account) ?? new Set()
    this.#byAccount.set(account, siblings.add(handle))
  }

  async find(key: ActionTokenKey, now: number): Promise<StoredActionToken | undefined> {
    const row = this.#find(key, now)
    return row && storedOf(row)
  }

  async take(key: ActionTokenKey, now: number): Promise<StoredActionToken | undefined> {
    const row = this.#find(key, now)
    if (row === undefined) return undefined
    this.#forgetAll(row.account, now)
    return storedOf(row)
  }

  async removeAll(purpose: string, sub: string, now: number): Promise<number> {
    return this.#forgetAll(accountOf(purpose, sub), now)
  }

  #at(now: number): number {
    return this.#clock?.now() ?? now
  }

  #find({ purpose, handle, hash }: ActionTokenKey, now: number): Row | undefined {
    const row = this.#rows.get(handle)
    if (row === undefined || row.hash !== hash || row.account !== accountOf(purpose, row.sub))
      return undefined
    return this.#at(now) < row.expiresAt ? row : undefined
  }

  /** How many of them were good. */
  #forgetAll(account: string, now: number): number {
    let good = 0
    for (const handle of this.#byAccount.get(account) ?? []) {
      const row = this.#rows.get(handle)
      if (row !== undefined && this.#at(now) < row.expiresAt) good++
      this.#rows.delete(handle)
    }
    this.#byAccount.delete(account)
    return good
  }

  /** Looks at the next tokens, so that each has its turn. */
  #sweep(now: number): void {
    for (let looked = 0; looked < SWEPT; looked++) {
      const [, row] = this.#rounds.next() ?? []
      if (row !== undefined && now >= row.expiresAt) this.#forget(row)
    }
  }

  #forget({ handle, account }: Row): void {
    this.#rows.delete(handle)
    const siblings = this.#byAccount.get(account)
    siblings?.delete(handle)
    if (siblings?.size === 0) this.#byAccount.delete(account)
  }
}

/** No purpose has a U+0000, so no two pairs run together. */
function accountOf(purpose: string, sub: string): string {
  return `${purpose}\0${sub}`
}

function storedOf({ sub, data, state, expiresAt }: Row): StoredActionToken {
  return { sub, data, state, expiresAt }
}
