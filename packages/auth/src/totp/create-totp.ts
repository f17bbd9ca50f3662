import { diagnosticsChannel } from '@base/core/diagnostics'
import { checkText, invalidOption } from '@base/core/options'
import { requireNodeCrypto } from '../tokens/keys/node-crypto.js'
import { askStore } from '../tokens/opaque/ask-store.js'
import { checkName } from '../tokens/opaque/check-name.js'
import { decodeBase32, encodeBase32 } from './base32.js'
import { Ends } from './ends.js'
import { codeOf, type TotpAlgorithm } from './one-time-code.js'
import { otpauthUri } from './otpauth-uri.js'
import { openSecret, sealSecret } from './sealed-secret.js'
import type { EnrollOptions, Totp, TotpEnrolment, TotpStatus } from './totp.js'
import { place, readOptions, type TotpOptions, type TotpSettings } from './totp-options.js'
import type { StoredTotp, TotpAttempt, TotpStore } from './totp-store.js'

/** As long as the hash, as RFC 6238 has it in its vectors. */
const SECRET_BYTES: Readonly<Record<TotpAlgorithm, number>> = { SHA1: 20, SHA256: 32, SHA512: 64 }
const LONGEST_ACCOUNT = 256
const LONGEST_TYPED = 32

/** Which of a subject's secrets a code is to be of. */
type Choice = (secrets: Pick<StoredTotp, 'active' | 'pending'>) => string | undefined

/** A secret as it is stored, and as it is. */
interface OpenedSecret {
  readonly text: string
  readonly secret: string
}

const locked = diagnosticsChannel<{ sub: string; lockedUntil: number }>('base:auth:totp:locked')

/**
 * The six digits of an authenticator app, as a second factor.
 *
 * Each code is good for one use, also when many come at once, and none before it is good any more. After 5 failures no code is
 * looked at for 15 minutes: attempts are counted before they are judged, so no more than these are, however many come at once.
 * That leaves who guesses with 5 in 15 minutes a chance of 1 in 700 each day, so tell the user of a lock: each is told when it
 * begins (`base:auth:totp:locked`), once, or by each process that took part in guesses that came at once.
 *
 * A new secret signs in from its first right code on; the one before is good until then.
 *
 * Not promised: help against a page that passes codes on while they are good.
 *
 * @example
 * const totp = createTotp({ store: memoryTotpStore(), issuer: 'Example Shop' })
 * const { uri } = await totp.enroll('user-1', { account: 'ann@example.com' }) // shown as a QR code
 * await totp.verify('user-1', '123456') // false
 *
 * @throws InvalidOptionError naming the option.
 * @see RFC 6238; OWASP ASVS 5.0, 6.5.1
 */
export function createTotp(options: TotpOptions): Totp {
  return new StoredCodes(readOptions(options))
}

class StoredCodes implements Totp {
  readonly #settings: TotpSettings
  /** The locks that were told. */
  readonly #told = new Ends()
  /** Those of whom the store failed to say whether a lock had begun, until it would be over. */
  readonly #unsure = new Ends()

  constructor(settings: TotpSettings) {
    this.#settings = settings
  }

  async enroll(sub: string, options: EnrollOptions): Promise<TotpEnrolment> {
    const owner = checkName(sub, place('sub'))
    const account = checkText(options?.account, { ...place('account'), maxLength: LONGEST_ACCOUNT })
    if (/\p{Cs}/u.test(account)) throw invalidOption(account, place('account'), 'well-formed Unicode')
    const { algorithm, cipher } = this.#settings
    const secret = encodeBase32(crypto.getRandomValues(new Uint8Array(SECRET_BYTES[algorithm])))
    const text = await sealSecret(cipher, secret, owner)
    await this.#ask((store) => store.enroll(owner, text))
    return { secret, uri: otpauthUri({ ...this.#settings, account, secret }) }
  }

  async confirm(sub: string, code: string): Promise<boolean> {
    return this.#judge(sub, code, ({ pending }) => pending)
  }

  async verify(sub: string, code: string): Promise<boolean> {
    return this.#judge(sub, code, ({ active, pending }) => active ?? pending)
  }

  async status(sub: string): Promise<TotpStatus> {
    const owner = checkName(sub, place('sub'))
    const found = await this.#ask((store, now) => store.find(owner, now))
    const { active, pending, lockedUntil } = found ?? {}
    return {
      isEnrolled: active !== undefined,
      isPending: pending !== undefined,
      ...(lockedUntil !== undefined && { lockedUntil }),
    }
  }

  async remove(sub: string): Promise<boolean> {
    const owner = checkName(sub, place('sub'))
    const wasKnown = await this.#ask((store) => store.remove(owner))
    this.#unsure.take(owner, 0)
    return wasKnown
  }

  async #judge(sub: string, code: string, choose: Choice): Promise<boolean> {
    const owner = checkName(sub, place('sub'))
    const typed = readCode(code, this.#settings.digits)
    if (typed === undefined) return false
    const known = await this.#open(owner, choose)
    const attempt = await this.#attempt(owner)
    // A lock is no news to an attempt during it, unless the store failed to say when it began.
    const mayBeNews = this.#unsure.take(owner, this.#settings.clock.now()) || attempt.status === 'open'
    let isRight = false
    try {
      isRight = attempt.status === 'open' && (await this.#isRight(owner, typed, choose(attempt), known))
    } finally {
      if (!isRight && mayBeNews && locked.hasSubscribers) this.#tellOfLock(owner)
    }
    return isRight
  }

  /** One that the store counted may have begun a lock, though its answer was lost. */
  #attempt(owner: string): Promise<TotpAttempt> {
    return this.#ask((store, now) => store.attempt(owner, this.#settings.limit, now)).catch((error) => {
      this.#doubt(owner)
      throw error
    })
  }

  async #isRight(
    owner: string,
    typed: string,
    text: string | undefined,
    known: OpenedSecret | undefined,
  ): Promise<boolean> {
    if (text === undefined) return false
    // Another than was read before the attempt only where it was enrolled or confirmed in between.
    const secret = text === known?.text ? known.secret : await openSecret(this.#settings.cipher, text, owner)
    const step = this.#match(secret, typed)
    return step !== undefined && (await this.#ask((store) => store.accept(owner, text, step))) === true
  }

  /** Nobody waits for it, and what the store fails to say now the subject's next attempt asks. */
  #tellOfLock(sub: string): void {
    this.#ask((store, now) => store.find(sub, now)).then(
      (found) => this.#tell(sub, found?.lockedUntil),
      () => this.#doubt(sub),
    )
  }

  #doubt(sub: string): void {
    if (!locked.hasSubscribers) return
    const { clock, limit } = this.#settings
    const now = clock.now()
    this.#unsure.set(sub, now + limit.lockFor, now)
  }

  /** Of wrong codes at once each finds the lock that they led to together. */
  #tell(sub: string, lockedUntil: number | undefined): void {
    if (lockedUntil === undefined || this.#told.get(sub) === lockedUntil) return
    this.#told.set(sub, lockedUntil, this.#settings.clock.now())
    locked.publish({ sub, lockedUntil })
  }

  /** Decrypts before the attempt is counted, so that a cipher that fails locks nobody out. During a lock there is no need. */
  async #open(sub: string, choose: Choice): Promise<OpenedSecret | undefined> {
    const { cipher } = this.#settings
    if (cipher === undefined) return undefined
    const found = await this.#ask((store, now) => store.find(sub, now))
    const text = found?.lockedUntil === undefined ? choose(found ?? {}) : undefined
    return text === undefined ? undefined : { text, secret: await openSecret(cipher, text, sub) }
  }

  /** The step whose code it is, of those in the window; all of them are computed and compared, in constant time. */
  #match(base32: string, typed: string): number | undefined {
    const { clock, period, window } = this.#settings
    const secret = decodeBase32(base32)
    if (secret === undefined) return undefined
    const { timingSafeEqual } = requireNodeCrypto('createTotp')
    const present = Math.floor(clock.now() / period)
    let found: number | undefined
    for (let step = Math.max(present - window, 0); step <= present + window; step++) {
      const expected = codeOf(secret, step, this.#settings)
      if (timingSafeEqual(Buffer.from(expected), Buffer.from(typed))) found = step
    }
    return found
  }

  #ask<T>(ask: (store: TotpStore, now: number) => PromiseLike<T>): Promise<T> {
    const { store, clock } = this.#settings
    return askStore('totp', () => ask(store, clock.now()))
  }
}

/** So many digits, with spaces where people see groups. */
function readCode(code: unknown, digits: number): string | undefined {
  if (typeof code !== 'string' || code.length > LONGEST_TYPED) return undefined
  const bare = code.replace(/\s/g, '')
  return bare.length === digits && /^[0-9]+$/.test(bare) ? bare : undefined
}
