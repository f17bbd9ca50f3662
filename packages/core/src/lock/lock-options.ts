import { type Duration, toMilliseconds } from '../duration/duration.js'
import { checkText } from '../options/options.js'

/** How long a lease lasts where nobody says. */
export const DEFAULT_TTL: Duration = '30s'

/** How long `acquire` waits where nobody says. */
export const DEFAULT_WAIT: Duration = '10s'

const where = { package: '@base/core', pattern: 'Lock' }

/** A key, checked. */
export function checkKey(key: unknown): string {
  return checkText(key, { ...where, option: 'key' })
}

/** The milliseconds of a `ttl`, checked. */
export function checkTtl(ttl: Duration): number {
  return toMilliseconds(ttl, { ...where, option: 'ttl', positive: true })
}

/** The milliseconds of a `wait`, checked. */
export function checkWait(wait: Duration): number {
  return toMilliseconds(wait, { ...where, option: 'wait', infinity: true })
}
