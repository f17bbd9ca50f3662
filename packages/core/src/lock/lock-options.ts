import { type Duration, toMilliseconds } from '../duration/duration.js'
import { checkOptions, checkSignal, checkText } from '../options/options.js'
import type { AcquireOptions, LeaseOptions } from './lock.js'

/** How long a lease lasts where nobody says, in milliseconds: a lock is taken in a moment, of which reading a text is a part. */
const DEFAULT_TTL = 30_000
const DEFAULT_WAIT = 10_000

const where = { package: '@base/core', pattern: 'Lock' }
const KEY = { ...where, option: 'key' }
const SIGNAL = { ...where, option: 'signal' }
const TTL = { ...where, option: 'ttl', positive: true }
const WAIT = { ...where, option: 'wait', infinity: true }

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
export function checkLease(key: string, options: LeaseOptions = {}): CheckedLease {
  const { ttl = DEFAULT_TTL, signal } = checkOptions(options, where)
  checkText(key, KEY)
  checkSignal(signal, SIGNAL)?.throwIfAborted()
  return { ttl: checkTtl(ttl), signal }
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
  const lease = checkLease(key, options)
  const { wait = DEFAULT_WAIT } = options
  return { ...lease, wait: toMilliseconds(wait, WAIT) }
}

/**
 * The `ttl` of a lease in milliseconds, checked; also for `extend`.
 *
 * @throws InvalidOptionError where it is no duration above 0.
 */
export function checkTtl(ttl: Duration): number {
  return toMilliseconds(ttl, TTL)
}
