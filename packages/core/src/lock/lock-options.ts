import { type Duration, toMilliseconds } from '../duration/duration.js'
import { checkText } from '../options/options.js'
import type { AcquireOptions, LeaseOptions } from './lock.js'

/** How long a lease lasts where nobody says. */
export const DEFAULT_TTL: Duration = '30s'

const DEFAULT_WAIT: Duration = '10s'

const where = { package: '@base/core', pattern: 'Lock' }

/** What {@link Lock.tryAcquire} is asked for, checked. */
export interface CheckedLease {
  /** In milliseconds. */
  readonly ttl: number
  /** Has not aborted yet. */
  readonly signal: AbortSignal | undefined
}

/** What {@link Lock.acquire} is asked for, checked. */
export interface CheckedAcquire extends CheckedLease {
  /** In milliseconds. */
  readonly wait: number
}

/**
 * The key and the options of `tryAcquire`, checked and with their defaults; for those who implement {@link Lock}.
 *
 * @throws InvalidOptionError naming the option; the signal's reason where it has aborted.
 */
export function checkLease(key: string, { ttl = DEFAULT_TTL, signal }: LeaseOptions = {}): CheckedLease {
  checkText(key, { ...where, option: 'key' })
  const lasting = checkTtl(ttl)
  signal?.throwIfAborted()
  return { ttl: lasting, signal }
}

/**
 * The same for `acquire`.
 *
 * @example
 * checkAcquire('invoice-run', { wait: '2s' }) // { ttl: 30_000, wait: 2_000, signal: undefined }
 *
 * @throws InvalidOptionError naming the option; the signal's reason where it has aborted.
 */
export function checkAcquire(key: string, options: AcquireOptions = {}): CheckedAcquire {
  const { wait = DEFAULT_WAIT } = options
  const patience = toMilliseconds(wait, { ...where, option: 'wait', infinity: true })
  return { ...checkLease(key, options), wait: patience }
}

/**
 * The `ttl` of a lease in milliseconds, checked; also for `extend`.
 *
 * @throws InvalidOptionError where it is no duration above 0.
 */
export function checkTtl(ttl: Duration): number {
  return toMilliseconds(ttl, { ...where, option: 'ttl', positive: true })
}
