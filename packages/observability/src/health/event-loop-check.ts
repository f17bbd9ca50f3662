import { type Clock, systemClock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkMethods, checkOptions } from '@base/core/options'
import type { CheckOutcome } from './verdict.js'

/** Options of {@link eventLoopCheck}. */
export interface EventLoopCheckOptions {
  /** How late the event loop may be. @defaultValue '250ms' */
  readonly maxDelay?: Duration | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/** What is waited for, in milliseconds. */
const WAIT = 10

/**
 * A check that the event loop is not blocked: how late a timer of 10 ms is. Belongs into `'live'` at most with a long delay:
 * a service under load is not helped by its restart.
 *
 * @example
 * const health = createHealth({ checks: { 'loop:delay': { check: eventLoopCheck({ maxDelay: '200ms' }) } } })
 *
 * @throws InvalidOptionError naming the option.
 */
export function eventLoopCheck(
  options: EventLoopCheckOptions = {},
): (signal: AbortSignal) => Promise<CheckOutcome> {
  const where = { package: '@base/observability', pattern: 'eventLoopCheck' }
  const { maxDelay = '250ms', clock = systemClock } = checkOptions(options, where)
  const limit = toMilliseconds(maxDelay, { ...where, option: 'maxDelay', positive: true })
  checkMethods(clock, ['monotonic', 'sleep'], { ...where, option: 'clock' })
  return async (signal) => {
    const from = clock.monotonic()
    await clock.sleep(WAIT, { signal })
    const delay = Math.max(0, clock.monotonic() - from - WAIT)
    return { status: delay > limit ? 'fail' : 'pass', observedValue: Math.round(delay), observedUnit: 'ms' }
  }
}
