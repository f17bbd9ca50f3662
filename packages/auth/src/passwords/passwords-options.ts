import type { Clock } from '@base/core/clock'
import {
  checkInteger,
  checkMethods,
  checkOptions,
  checkText,
  invalidOption,
  type OptionPlace,
} from '@base/core/options'
import { checkOptionalClock } from '../optional-clock.js'
import { placeOf } from '../place.js'
import { Decoy } from './decoy.js'
import { argon2id } from './kdf/argon2id.js'
import type { PasswordKdf } from './kdf/password-kdf.js'
import type { LegacyVerifier } from './legacy/legacy-verifier.js'
import { Pepper, type PepperOptions } from './pepper/pepper.js'
import { Slots } from './slots.js'

/** With a thread of libuv's four left for files and names. */
const MOST_BY_DEFAULT = 3
const DEFAULT_MAX_QUEUE = 1_000

/** Options of {@link createPasswords}; checked and read once, at construction. */
export interface PasswordsOptions {
  /** How new hashes are made. @defaultValue argon2id('balanced'), by the package argon2 */
  readonly kdf?: PasswordKdf | undefined
  /** What else is verified, and replaced as its users sign in; the first that recognises a text is asked. @defaultValue [] */
  readonly legacy?: readonly LegacyVerifier[] | undefined
  /** Keys beside the database, without which its rows prove nothing. @defaultValue none */
  readonly pepper?: PepperOptions | undefined
  /**
   * How many passwords are hashed at once, an integer from 1. Each takes the memory of its parameters, and a thread of
   * libuv's pool; raise `UV_THREADPOOL_SIZE` with it.
   * @defaultValue the processors less one, 1 to 3
   */
  readonly maxConcurrent?: number | undefined
  /** How many may wait, an integer from 0; the next is refused with an UnavailableError. @defaultValue 1,000 */
  readonly maxQueue?: number | undefined
  /** Source of time, as all of this package takes; nothing here depends on it. @defaultValue none */
  readonly clock?: Clock | undefined
}

/** Options that are checked, and what is made of them. */
export interface PasswordsSettings {
  readonly kdf: PasswordKdf
  readonly legacy: readonly LegacyVerifier[]
  readonly pepper: Pepper
  readonly slots: Slots
  readonly decoy: Decoy
}

/** Names the options of `createPasswords` in errors. */
export const place: (option: string) => OptionPlace = /* @__PURE__ */ placeOf('createPasswords')

/** Checks the options. @throws InvalidOptionError */
export function readOptions(options: PasswordsOptions): PasswordsSettings {
  const { kdf = argon2id(), legacy = [], pepper, clock } = checkOptions(options, place('options'))
  checkOptionalClock(clock, 'createPasswords')
  const { maxConcurrent = defaultConcurrency(), maxQueue = DEFAULT_MAX_QUEUE } = options
  checkText(checkMethods(kdf, ['hash', 'verify', 'needsRehash'], place('kdf')).id, place('kdf.id'))
  if (!Array.isArray(legacy)) throw invalidOption(legacy, place('legacy'), 'a list of legacy verifiers')
  for (const verifier of legacy) checkMethods(verifier, ['recognises', 'verify'], place('legacy'))
  return {
    kdf,
    legacy: [...legacy],
    pepper: new Pepper(pepper),
    slots: new Slots(
      checkInteger(maxConcurrent, { ...place('maxConcurrent'), min: 1 }),
      checkInteger(maxQueue, { ...place('maxQueue'), min: 0 }),
    ),
    decoy: new Decoy(kdf),
  }
}

function defaultConcurrency(): number {
  const processors = globalThis.process?.getBuiltinModule?.('node:os').availableParallelism() ?? 2
  return Math.min(Math.max(processors - 1, 1), MOST_BY_DEFAULT)
}
