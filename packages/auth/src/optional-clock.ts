import type { Clock } from '@base/core/clock'
import { checkMethods, checkOptions } from '@base/core/options'
import { placeOf } from './place.js'

/** The clock of what has no other option. */
export function readClock(
  options: { readonly clock?: Clock | undefined },
  pattern: string,
): Clock | undefined {
  return checkOptionalClock(checkOptions(options, placeOf(pattern)('options')).clock, pattern)
}

/** Checks the clock of what can do without: a memory store goes by the time of who asks, and some of it by none. */
export function checkOptionalClock(clock: Clock | undefined, pattern: string): Clock | undefined {
  return clock === undefined ? undefined : checkMethods(clock, ['now'], placeOf(pattern)('clock'))
}
