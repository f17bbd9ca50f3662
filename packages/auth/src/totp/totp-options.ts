import { type Clock, systemClock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkInteger, checkMethods, checkText, invalidOption } from '@base/core/options'
import { placeOf } from '../place.js'
import { memoryTotpStore } from './memory-totp-store.js'
import { checkAlgorithm, checkDigits, checkPeriod, type TotpAlgorithm } from './one-time-code.js'
import type { TotpLimit, TotpStore } from './totp-store.js'

/**
 * Encrypts secrets before they reach the store; `sub` belongs into what the cipher authenticates. What it rejects with is the
 * cause of an UnavailableError, and no attempt is counted.
 */
export interface TotpCipher {
  /** The text to store. */
  encrypt(secret: string, sub: string): PromiseLike<string>
  /** The secret of a stored text; rejects for a text of another subject. */
  decrypt(text: string, sub: string): PromiseLike<string>
}

/** Options of {@link createTotp}; checked and read once, at construction. */
export interface TotpOptions {
  /** Where the secrets are kept. @defaultValue memoryTotpStore() */
  readonly store?: TotpStore | undefined
  /** What the app shows: your service, 1 to 64 characters without a colon. */
  readonly issuer: string
  /** How many periods a code may be early or late, an integer from 0 to 2. @defaultValue 1 */
  readonly window?: number | undefined
  /** For how long a code is shown, in whole seconds, 15 s to 5 min. Not to be changed once there are users. @defaultValue '30s' */
  readonly period?: Duration | undefined
  /** How many digits a code has, 6 to 8. Not to be changed once there are users. @defaultValue 6 */
  readonly digits?: number | undefined
  /** Apps know SHA1, and few know another. Not to be changed once there are users. @defaultValue 'SHA1' */
  readonly algorithm?: TotpAlgorithm | undefined
  /** Failures until codes are not looked at any more, an integer from 1. @defaultValue 5 */
  readonly maxFailures?: number | undefined
  /** For how long, more than 0. @defaultValue '15m' */
  readonly lockFor?: Duration | undefined
  /**
   * Encrypts the secrets. One that is stored stays as it is until its user enrols anew, so its key has to stay readable.
   * @defaultValue none: whoever reads the store can make codes
   */
  readonly cipher?: TotpCipher | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/** Options that are checked. Durations are milliseconds. */
export interface TotpSettings {
  readonly store: TotpStore
  readonly issuer: string
  readonly window: number
  readonly period: number
  readonly digits: number
  readonly algorithm: TotpAlgorithm
  readonly limit: TotpLimit
  readonly cipher: TotpCipher | undefined
  readonly clock: Clock
}

/** Names the options of `createTotp` in errors. */
export const place: ReturnType<typeof placeOf> = /* @__PURE__ */ placeOf('createTotp')

const METHODS = ['enroll', 'attempt', 'accept', 'find', 'remove'] as const
const LONGEST_ISSUER = 64

/** Checks the options. @throws InvalidOptionError */
export function readOptions(options: TotpOptions): TotpSettings {
  const { store = memoryTotpStore(), issuer, window = 1, period = '30s', digits = 6 } = options ?? {}
  const { algorithm = 'SHA1', maxFailures = 5, lockFor = '15m', cipher, clock = systemClock } = options ?? {}
  return {
    store: checkMethods(store, METHODS, place('store')),
    issuer: checkIssuer(issuer),
    window: checkInteger(window, { ...place('window'), max: 2 }),
    period: checkPeriod(period, place),
    digits: checkDigits(digits, place),
    algorithm: checkAlgorithm(algorithm, place),
    limit: {
      attempts: checkInteger(maxFailures, { ...place('maxFailures'), min: 1 }),
      lockFor: toMilliseconds(lockFor, { ...place('lockFor'), positive: true }),
    },
    cipher: cipher === undefined ? undefined : checkMethods(cipher, ['encrypt', 'decrypt'], place('cipher')),
    clock: checkMethods(clock, ['now'], place('clock')),
  }
}

function checkIssuer(issuer: unknown): string {
  const name = checkText(issuer, { ...place('issuer'), maxLength: LONGEST_ISSUER })
  if (name.includes(':'))
    throw invalidOption(name, place('issuer'), 'without a colon, which ends it in the app')
  if (/\p{Cs}/u.test(name)) throw invalidOption(name, place('issuer'), 'well-formed Unicode')
  return name
}
