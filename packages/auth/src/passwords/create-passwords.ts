import { untilAborted } from '@base/core/abort'
import { ValidationError } from '@base/core/errors'
import { reportCallbackError } from '@base/core/events'
import { checkText, invalidOption } from '@base/core/options'
import { signalOf } from '../signal-of.js'
import { MAX_BYTES, normalisePassword } from './normalised-password.js'
import type {
  HashPasswordOptions,
  Passwords,
  PasswordVerification,
  StoredPassword,
  VerifyPasswordOptions,
} from './passwords.js'
import { type PasswordsOptions, type PasswordsSettings, place, readOptions } from './passwords-options.js'
import { type Candidate, judgeStored } from './stored-check.js'

const SALT_LENGTH = 16

/**
 * Hashes and verifies passwords: argon2id at a cost that OWASP asks for, off the main thread, so many at once.
 *
 * A wrong password, a user who does not exist, has no password or is locked, and a stored text that nothing can read: all of
 * these are one run of the slow function, or two where NFKC changes what was typed, so time does not tell them apart. Only
 * while hashes of another system or of former parameters are about do their users take another time, until they sign in next.
 * A password that is too long or malformed is refused before any look-up, and nothing is run.
 *
 * Passwords are normalised to NFKC. Stored is a PHC string, `$argon2id$v=19$…`; with a pepper there stands
 * `$pepper$k=<id>,n=nfkc` before it. Hashes of other systems are verified by `legacy`, and those of argon2 of any parameters
 * up to 1 GiB of memory, 16 passes, 16 lanes, also where they were made of a password that was not normalised.
 *
 * Not promised: a limit on attempts. Count these by account and by address.
 *
 * @example
 * const passwords = createPasswords()
 * const stored = await passwords.hash('correct horse battery staple')
 * const { ok, upgradedHash } = await passwords.verify('correct horse battery staple', stored)
 *
 * @throws InvalidOptionError naming the option.
 * @see NIST SP 800-63B-4, section 3.1.1; OWASP, Password Storage Cheat Sheet; OWASP ASVS 5.0, chapter 6
 */
export function createPasswords(options: PasswordsOptions = {}): Passwords {
  return new HashedPasswords(readOptions(options))
}

class HashedPasswords implements Passwords {
  readonly #settings: PasswordsSettings

  constructor(settings: PasswordsSettings) {
    this.#settings = settings
  }

  async hash(password: string, options: HashPasswordOptions = {}): Promise<string> {
    const signal = signalOf(options, place)
    const normalised = normalisePassword(password, MAX_BYTES)
    if (!normalised.ok) throw new ValidationError({ issues: [normalised.error] })
    return this.#settings.slots.run(() => this.#make(normalised.value), signal)
  }

  async verify(
    password: string,
    stored: StoredPassword | (() => StoredPassword | PromiseLike<StoredPassword>),
    options: VerifyPasswordOptions = {},
  ): Promise<PasswordVerification> {
    const signal = signalOf(options, place)
    const { replace } = options
    const normalised = normalisePassword(password, MAX_BYTES)
    if (!normalised.ok) return { ok: false }
    const row = typeof stored === 'function' ? await untilAborted(Promise.resolve(stored()), signal) : stored
    const found = checkStored(row)
    const candidate = { typed: password, normalised: normalised.value }
    const outcome = await this.#settings.slots.run(() => this.#judge(candidate, found), signal)
    if (found !== undefined && outcome.upgradedHash !== undefined && replace !== undefined)
      await untilAborted(keep(replace, found, outcome.upgradedHash), signal)
    return outcome
  }

  async #judge(candidate: Candidate, stored: string | undefined): Promise<PasswordVerification> {
    const verdict = await judgeStored(candidate, stored, this.#settings)
    if (verdict !== 'outdated') return { ok: verdict === 'right' }
    try {
      return { ok: true, upgradedHash: await this.#make(candidate.normalised) }
    } catch (error) {
      // The password is right, and the next sign-in tries again.
      report(error, 'kdf.hash')
      return { ok: true }
    }
  }

  async #make(normalised: string): Promise<string> {
    const { kdf, pepper } = this.#settings
    const salt = crypto.getRandomValues(new Uint8Array(SALT_LENGTH))
    const text = await kdf.hash(pepper.apply(normalised, pepper.current), salt)
    return pepper.label(checkText(text, place('kdf.hash()')))
  }
}

function checkStored(stored: StoredPassword): string | undefined {
  if (stored === null || stored === undefined || stored === '') return undefined
  if (typeof stored === 'string') return stored
  throw invalidOption(typeof stored, place('stored'), 'a text, null or undefined')
}

/** Failing to store a better hash must not fail a sign-in. */
async function keep(
  replace: (expected: string, next: string) => unknown,
  expected: string,
  next: string,
): Promise<void> {
  try {
    await replace(expected, next)
  } catch (error) {
    report(error, 'replace')
  }
}

function report(error: unknown, callback: string): void {
  reportCallbackError(error, { package: '@base/auth', pattern: 'createPasswords', callback })
}
