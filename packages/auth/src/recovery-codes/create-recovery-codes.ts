import type { Clock } from '@base/core/clock'
import { diagnosticsChannel } from '@base/core/diagnostics'
import { checkInteger, checkMethods, checkOptions } from '@base/core/options'
import { checkOptionalClock } from '../optional-clock.js'
import { placeOf } from '../place.js'
import { askStore } from '../tokens/opaque/ask-store.js'
import { checkName } from '../tokens/opaque/check-name.js'
import { hashText } from '../tokens/opaque/opaque-token.js'
import { groupsOf, randomCode, readCode } from './code-text.js'
import { memoryRecoveryCodeStore } from './memory-recovery-code-store.js'
import type { RecoveryCodeStore } from './recovery-code-store.js'
import type { RecoveryCodes } from './recovery-codes.js'

const COUNT = 10
const MOST = 100

const redeemed = diagnosticsChannel<{ sub: string }>('base:auth:recovery-codes:redeemed')

/** Options of {@link createRecoveryCodes}; checked and read once, at construction. */
export interface RecoveryCodesOptions {
  /** Where the hashes are kept. @defaultValue memoryRecoveryCodeStore() */
  readonly store?: RecoveryCodeStore | undefined
  /** Source of time, as all of this package takes; nothing here depends on it. @defaultValue none */
  readonly clock?: Clock | undefined
}

/**
 * Ten codes on paper, each of which stands in once for a second factor that is lost.
 *
 * A code has 120 random bits, so nobody guesses one and attempts need no count. The store has hashes only, each of a subject
 * and a code together: one that is copied to another subject's row is worth nothing there. Each code is taken in one atomic
 * step, so of many at once one succeeds, on however many machines. Tell the user when one is used
 * (`base:auth:recovery-codes:redeemed`).
 *
 * Not promised: help where the paper is stolen.
 *
 * @example
 * const recovery = createRecoveryCodes({ store: memoryRecoveryCodeStore() })
 * const [code = ''] = await recovery.generate('user-1') // shown once: ['7K3QXM-0V9T2B-…', …]
 * await recovery.redeem('user-1', code) // true
 * await recovery.redeem('user-1', code) // false
 *
 * @throws InvalidOptionError for a store or a clock that is none.
 * @see OWASP ASVS 5.0, 6.5.1 and 6.5.2; NIST SP 800-63B-4, look-up secrets
 */
export function createRecoveryCodes(options: RecoveryCodesOptions = {}): RecoveryCodes {
  const { store = memoryRecoveryCodeStore(), clock } = checkOptions(options, place('options'))
  checkOptionalClock(clock, 'createRecoveryCodes')
  return new StoredCodes(checkMethods(store, ['replace', 'take', 'count', 'remove'], place('store')))
}

const place = /* @__PURE__ */ placeOf('createRecoveryCodes')

class StoredCodes implements RecoveryCodes {
  readonly #store: RecoveryCodeStore

  constructor(store: RecoveryCodeStore) {
    this.#store = store
  }

  async generate(sub: string, count: number = COUNT): Promise<readonly string[]> {
    const owner = checkName(sub, place('sub'))
    const length = checkInteger(count, { ...place('count'), min: 1, max: MOST })
    const codes = Array.from({ length }, randomCode)
    const hashes = await Promise.all(codes.map((code) => hashOf(owner, code)))
    await this.#ask((store) => store.replace(owner, hashes))
    return codes.map(groupsOf)
  }

  async redeem(sub: string, code: string): Promise<boolean> {
    const owner = checkName(sub, place('sub'))
    const typed = readCode(code)
    if (typed === undefined) return false
    const hash = await hashOf(owner, typed)
    const isTaken = (await this.#ask((store) => store.take(owner, hash))) === true
    if (isTaken && redeemed.hasSubscribers) redeemed.publish({ sub: owner })
    return isTaken
  }

  async remaining(sub: string): Promise<number> {
    const owner = checkName(sub, place('sub'))
    return this.#ask((store) => store.count(owner))
  }

  async remove(sub: string): Promise<boolean> {
    const owner = checkName(sub, place('sub'))
    return this.#ask((store) => store.remove(owner))
  }

  #ask<T>(ask: (store: RecoveryCodeStore) => PromiseLike<T>): Promise<T> {
    return askStore('recovery code', () => ask(this.#store))
  }
}

/** No subject has a U+0000, so no two pairs run together. */
function hashOf(sub: string, code: string): Promise<string> {
  return hashText(`${sub}\0${code}`)
}
