import type { Clock } from '@base/core/clock'
import { checkInteger, checkMethods, checkOptions, invalidOption } from '@base/core/options'
import { checkOptionalClock } from '../../optional-clock.js'
import { placeOf } from '../../place.js'
import { type Blocklist, commonPasswords } from '../blocklist/blocklist.js'
import { MAX_BYTES } from '../normalised-password.js'
import type { BreachPort } from './breach-port.js'
import { type Composition, type CompositionRule, compositionRules } from './composition.js'

/** Options of {@link createPasswordPolicy}; checked and read once, at construction. */
export interface PasswordPolicyOptions {
  /**
   * The fewest characters (code points) of a password that is all a user signs in with, from 1: as it was typed and after
   * normalisation.
   * @defaultValue 15
   */
  readonly minLength?: number | undefined
  /** The fewest characters where a second factor is asked for, from 1. @defaultValue 8 */
  readonly minLengthWithMfa?: number | undefined
  /** The most bytes of UTF-8 after normalisation, 64 to 1,024. @defaultValue 1,024 */
  readonly maxBytes?: number | undefined
  /** Passwords that must not be used; `false` for none. @defaultValue commonPasswords() */
  readonly blocklist?: Blocklist | false | undefined
  /** Knows passwords of leaks. It is asked last, and only for what is otherwise good. @defaultValue none */
  readonly breached?: BreachPort | undefined
  /** Words that must not stand in any password: the names of your service. @defaultValue [] */
  readonly context?: readonly string[] | undefined
  /** Kinds of characters that a password must have. @defaultValue none, as NIST and ASVS advise */
  readonly composition?: Composition | undefined
  /** Source of time, as all of this package takes; nothing here depends on it. @defaultValue none */
  readonly clock?: Clock | undefined
}

/** Options that are checked. */
export interface PolicySettings {
  readonly minLength: number
  readonly minLengthWithMfa: number
  readonly maxBytes: number
  readonly blocklist: Blocklist | undefined
  readonly breached: BreachPort | undefined
  readonly context: readonly string[]
  readonly rules: readonly CompositionRule[]
}

/** What NIST asks to accept at least. */
const LEAST_MAXIMUM = 64

const place = /* @__PURE__ */ placeOf('createPasswordPolicy')

/** Checks the options. @throws InvalidOptionError */
export function readOptions(options: PasswordPolicyOptions): PolicySettings {
  const {
    minLength = 15,
    minLengthWithMfa = 8,
    maxBytes = MAX_BYTES,
  } = checkOptions(options, place('options'))
  const { blocklist = commonPasswords(), breached, context = [], composition = {}, clock } = options
  checkOptionalClock(clock, 'createPasswordPolicy')
  const most = checkInteger(maxBytes, { ...place('maxBytes'), min: LEAST_MAXIMUM, max: MAX_BYTES })
  return {
    minLength: checkInteger(minLength, { ...place('minLength'), min: 1, max: most }),
    minLengthWithMfa: checkInteger(minLengthWithMfa, { ...place('minLengthWithMfa'), min: 1, max: most }),
    maxBytes: most,
    blocklist: blocklist === false ? undefined : checkMethods(blocklist, ['has'], place('blocklist')),
    breached: breached === undefined ? undefined : checkMethods(breached, ['isBreached'], place('breached')),
    context: checkWords(context),
    rules: compositionRules(composition, place),
  }
}

function checkWords(words: unknown): readonly string[] {
  if (Array.isArray(words) && words.every((word) => typeof word === 'string')) return [...words]
  throw invalidOption(words, place('context'), 'a list of words')
}
