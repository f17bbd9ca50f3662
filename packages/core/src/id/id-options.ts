import type { Clock } from '../clock/clock.js'
import { systemTime } from '../clock/system-time.js'
import { checkFunction, checkOptions } from '../options/options.js'
import type { IdSource } from './id-sequence.js'
import { RandomWords } from './random-words.js'

/** Options of {@link createUuidv7} and {@link createUlid}; checked and read once, when the source is made. */
export interface IdOptions {
  /** Source of the time. @defaultValue systemClock */
  readonly clock?: Pick<Clock, 'now'> | undefined
  /**
   * Numbers from 0 up to, not including, 1. For tests: who knows them can guess the ids.
   * @defaultValue the platform's cryptographic randomness
   */
  readonly random?: (() => number) | undefined
}

/** The source that the options describe, checked. */
export function idSource(options: IdOptions, pattern: string): IdSource {
  const where = { package: '@base/core', pattern }
  const { clock = systemTime, random } = checkOptions(options, where)
  checkFunction(clock?.now, { ...where, option: 'clock.now' })
  if (random !== undefined) checkFunction(random, { ...where, option: 'random' })
  return { pattern, now: () => clock.now(), words: new RandomWords(random) }
}
