import { type Duration, toMilliseconds } from '@base/core/duration'
import {
  checkFunction,
  checkNumber,
  checkOneOf,
  checkOptions,
  invalidOption,
  type OptionPlace,
} from '@base/core/options'
import { placesOf } from '../policy/place.js'

/** What a {@link Backoff} may go by, beside the number of the attempt. */
export interface BackoffContext {
  /** The pause before the attempt that has just failed, in milliseconds; 0 after the first. */
  readonly previous: number
  /** Source of chance, from 0 up to but not 1. */
  readonly random: () => number
}

/** How long to pause after attempt number `attempt` (from 1) has failed, in milliseconds. */
export interface Backoff {
  (attempt: number, context: BackoffContext): number
  /** The longest pause that a Retry-After may ask for, in milliseconds. @defaultValue 30,000 */
  readonly max?: number
}

/** How a pause is scattered. `'decorrelated'`: from `base` up to three times the pause before. */
export type Jitter = 'full' | 'equal' | 'decorrelated' | 'none'

/** Options of {@link exponential}. */
export interface ExponentialOptions {
  /** The pause after the first attempt, before jitter. @defaultValue '1s' */
  readonly base?: Duration | undefined
  /** By how much each pause is longer than the one before, from 1. @defaultValue 2 */
  readonly factor?: number | undefined
  /** No pause is longer. @defaultValue '30s' */
  readonly max?: Duration | undefined
  /**
   * `'full'`: anything up to the pause; `'equal'`: half of it and anything up to the other half; `'decorrelated'`: from
   * `base` up to three times the pause before. @defaultValue 'full'
   */
  readonly jitter?: Jitter | undefined
}

/** Options of {@link linear}. */
export interface LinearOptions {
  /** The pause after the first attempt; each is longer by as much. @defaultValue '1s' */
  readonly base?: Duration | undefined
  /** No pause is longer. @defaultValue '30s' */
  readonly max?: Duration | undefined
  /** How a pause is scattered. @defaultValue 'none' */
  readonly jitter?: 'full' | 'equal' | 'none' | undefined
}

/** The longest pause where nobody says. */
export const DEFAULT_MAX = 30_000

const JITTERS = ['full', 'equal', 'decorrelated', 'none'] as const

/**
 * Pauses that grow by a factor, up to `max`, scattered so that callers who failed together do not return together.
 *
 * @example
 * const retry = new Retry({ backoff: exponential({ base: '200ms', max: '10s' }) })
 *
 * @throws {@link InvalidOptionError} naming the option.
 * @see Marc Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015
 */
export function exponential(options: ExponentialOptions = {}): Backoff {
  const place = placesOf('exponential')
  const {
    base = '1s',
    factor = 2,
    max = DEFAULT_MAX,
    jitter = 'full',
  } = checkOptions(options, place('options'))
  const first = toMilliseconds(base, place('base'))
  const most = toMilliseconds(max, place('max'))
  checkNumber(factor, { ...place('factor'), min: 1 })
  checkOneOf(jitter, JITTERS, place('jitter'))
  if (jitter === 'decorrelated') return withMax(most, decorrelated(first, most))
  return withMax(most, (attempt, { random }) =>
    // Very many attempts make it infinite, which `min` puts right; an infinite 0 is none.
    scatter(first === 0 ? 0 : Math.min(most, first * factor ** (attempt - 1)), jitter, random),
  )
}

/**
 * Pauses that grow by `base` each time, up to `max`.
 *
 * @example
 * linear({ base: '1s' }) // 1 s, 2 s, 3 s …
 *
 * @throws {@link InvalidOptionError} naming the option.
 */
export function linear(options: LinearOptions = {}): Backoff {
  const place = placesOf('linear')
  const { base = '1s', max = DEFAULT_MAX, jitter = 'none' } = checkOptions(options, place('options'))
  const step = toMilliseconds(base, place('base'))
  const most = toMilliseconds(max, place('max'))
  checkOneOf(jitter, ['full', 'equal', 'none'], place('jitter'))
  return withMax(most, (attempt, { random }) => scatter(Math.min(most, step * attempt), jitter, random))
}

/**
 * The same pause each time. A Retry-After may ask for up to 30 s, or for as much as the pause itself.
 *
 * @throws {@link InvalidOptionError} where it is no duration.
 */
export function constant(pause: Duration): Backoff {
  const same = toMilliseconds(pause, placesOf('constant')('pause'))
  return withMax(Math.max(same, DEFAULT_MAX), () => same)
}

/**
 * The pauses that are listed; the last one repeats. A Retry-After may ask for up to 30 s, or for the longest of them.
 *
 * @example
 * delays(['100ms', '1s', '10s'])
 *
 * @throws {@link InvalidOptionError} where the list is empty, or holds what is no duration.
 */
export function delays(pauses: readonly Duration[]): Backoff {
  const place = placesOf('delays')
  if (!Array.isArray(pauses) || pauses.length === 0)
    throw invalidOption(pauses, place('pauses'), 'a list of durations that is not empty')
  // A hole in the list is no duration either.
  const listed = Array.from(pauses as readonly Duration[], (pause, index) =>
    toMilliseconds(pause, place(`pauses[${index}]`)),
  )
  return withMax(
    Math.max(DEFAULT_MAX, ...listed),
    (attempt) => listed[Math.min(attempt, listed.length) - 1] as number,
  )
}

/** The option `backoff` of a policy. */
export function checkBackoff(backoff: Backoff, place: (option: string) => OptionPlace): Backoff {
  const { max } = checkFunction(backoff, place('backoff'))
  if (max === undefined || (typeof max === 'number' && max >= 0)) return backoff
  throw invalidOption(max, place('backoff.max'), 'a number of milliseconds from 0')
}

function decorrelated(base: number, max: number): Backoff {
  return (_attempt, { previous, random }) => {
    const low = Math.min(base, max)
    const high = 3 * Math.max(previous || 0, base)
    return Math.min(max, Math.round(low + random() * (high - low)))
  }
}

function scatter(pause: number, jitter: Jitter, random: () => number): number {
  if (jitter === 'none') return Math.round(pause)
  if (jitter === 'equal') return Math.round(pause / 2 + (random() * pause) / 2)
  return Math.round(random() * pause)
}

function withMax(max: number, pause: Backoff): Backoff {
  return Object.assign(pause, { max })
}
