import { untilAborted } from '@base/core/abort'
import { UnavailableError, ValidationError, type ValidationIssue } from '@base/core/errors'
import { checkBoolean, checkOptions, checkSignal, invalidOption } from '@base/core/options'
import { err, type Result } from '@base/core/result'
import { placeOf } from '../../place.js'
import { type NormalisedPassword, normalisePassword } from '../normalised-password.js'
import type { BreachPort } from './breach-port.js'
import { containsWord } from './context-words.js'
import { type PasswordPolicyOptions, type PolicySettings, readOptions } from './policy-options.js'

/** Whoever signs up may say who they are: more is only work for us. */
const MOST_WORDS = 64

/** For whom a password is. */
export interface PasswordContext {
  /** Whether a second factor is asked for at each sign-in. @defaultValue false */
  readonly mfa?: boolean | undefined
  /** What everybody knows of the user: name, e-mail. Up to 64 are looked at. @defaultValue [] */
  readonly words?: readonly string[] | undefined
  /** Ends the call with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** Says which passwords may be set; made by {@link createPasswordPolicy}. */
export interface PasswordPolicy {
  /**
   * The password in the form in which it is hashed, or all that is wrong with it. Issues have the path `password` and a code:
   * `required`, `malformed`, `too_long` (each alone), `too_short`, `context`, `common`, `upper`, `lower`, `digit`, `special`,
   * `repeated`, `breached`. None shows the password.
   *
   * @throws UnavailableError where the breach port fails: a password that was not checked is not let through;
   * InvalidOptionError for a wrong context.
   */
  check(password: string, context?: PasswordContext): Promise<Result<NormalisedPassword, ValidationError>>
}

/**
 * Which passwords may be set, after NIST SP 800-63B-4: long rather than mixed, not in a list of common ones, not in a leak, not
 * made of what everybody knows of the user. Nothing expires, nothing is cut off, spaces and every script are welcome.
 *
 * For passwords that are set, not for those that are presented: `createPasswords().verify` has the limit of size.
 *
 * @example
 * const policy = createPasswordPolicy({ context: ['example shop'] })
 * const result = await policy.check('correct horse battery staple', { words: ['ann@example.com'] })
 * if (result.ok) await passwords.hash(result.value)
 *
 * @throws InvalidOptionError naming the option.
 * @see NIST SP 800-63B-4, section 3.1.1.2; OWASP ASVS 5.0, 6.2
 */
export function createPasswordPolicy(options: PasswordPolicyOptions = {}): PasswordPolicy {
  const settings = readOptions(options)
  return { check: (password, context = {}) => check(settings, password, context) }
}

const place = /* @__PURE__ */ placeOf('PasswordPolicy.check')

async function check(
  { minLength, minLengthWithMfa, maxBytes, blocklist, breached, context, rules }: PolicySettings,
  password: string,
  given: PasswordContext,
): Promise<Result<NormalisedPassword, ValidationError>> {
  const { mfa = false, words = [], signal } = checkOptions(given, place('context'))
  // What was meant otherwise would only make the check weaker. Its items may be of who signs up, and are passed over.
  if (!Array.isArray(words)) throw invalidOption(words, place('context.words'), 'a list of words')
  checkBoolean(mfa, place('context.mfa'))
  checkSignal(signal, place('context.signal'))?.throwIfAborted()
  const normalised = normalisePassword(password, maxBytes)
  if (!normalised.ok) return err(new ValidationError({ issues: [normalised.error] }))
  const { value } = normalised
  const issues: ValidationIssue[] = []
  const lacks = (code: string, message: string) => issues.push({ path: 'password', code, message })
  const least = mfa ? minLengthWithMfa : minLength
  // One character may become 18, and is no harder to guess for it.
  if (Math.min([...password].length, [...value].length) < least)
    lacks('too_short', `must have at least ${least} characters`)
  if (containsWord(value, [...context, ...words.slice(0, MOST_WORDS)]))
    lacks('context', 'must not contain a name, an address or the name of the service')
  for (const { code, message, isKept } of rules) if (!isKept(value)) lacks(code, message)
  if (blocklist && (await untilAborted(Promise.resolve(blocklist.has(value)), signal)))
    lacks('common', 'is used by many, and tried first by who guesses')
  if (issues.length === 0 && breached && (await isBreached(breached, value, signal)))
    lacks('breached', 'was seen in a leak')
  return issues.length === 0 ? normalised : err(new ValidationError({ issues }))
}

async function isBreached(
  breached: BreachPort,
  password: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    const answer = Promise.resolve(breached.isBreached(password, { signal }))
    return (await untilAborted(answer, signal)) !== false
  } catch (cause) {
    signal?.throwIfAborted()
    throw new UnavailableError({
      message: 'Nobody could say whether the password was seen in a leak.',
      cause,
    })
  }
}
