import { type Duration, toMilliseconds } from '@base/core/duration'
import { checkInteger, checkOptions, invalidOption } from '@base/core/options'
import { placesOf } from '../policy/place.js'
import { LatencyWindow } from './latency-window.js'

const DEFAULT_SIZE = 1_000
const DEFAULT_MINIMUM = 20
/** Two bytes each. */
const MAX_SIZE = 1_000_000

/** A delay that follows what is measured, for the option `delay` of a `Hedge`. One that is shared measures for all. */
export interface MeasuredDelay {
  /** How long to wait before the next hedge, in milliseconds; `Infinity` where only a failure starts one. */
  readonly current: number
  /** A first call took so many milliseconds; one that a hedge has overtaken is told with the time until then. */
  record(latency: number): void
}

/** Options of {@link percentile}. */
export interface PercentileOptions {
  /** The delay until `minimumCalls` were measured. @defaultValue Infinity, so that only failures start a hedge */
  readonly initial?: Duration | undefined
  /** Calls that must have been measured, an integer from 1 to `size`. @defaultValue 20, or `size` where that is less */
  readonly minimumCalls?: number | undefined
  /** How many of the last calls are taken into account, an integer from 1 to 1,000,000. @defaultValue 1,000 */
  readonly size?: number | undefined
}

/**
 * The delay within which that share of the last calls was answered: with 95, about one call in twenty is hedged, however
 * fast or slow the dependency is at the time.
 *
 * It is exact to 4.5 %, and rounded up: of the calls in the window no more than the rest were slower. The latency of
 * first calls alone is measured. One that a hedge has overtaken counts with the time it had taken by then, which is more
 * than the delay, so that losers cannot make the dependency look faster than it is. Calls that fail do not count.
 *
 * @example
 * const hedge = new Hedge({ delay: percentile(95, { initial: '200ms' }) })
 *
 * @throws {@link InvalidOptionError} where `rank` is not above 0 and below 100, or naming the option.
 * @see Dean and Barroso, "The Tail at Scale", Communications of the ACM 56 (2013): hedged requests
 */
export function percentile(rank: number, options: PercentileOptions = {}): MeasuredDelay {
  const place = placesOf('percentile')
  const { initial = Number.POSITIVE_INFINITY, size = DEFAULT_SIZE } = checkOptions(options, place('options'))
  if (typeof rank !== 'number' || !(rank > 0 && rank < 100))
    throw invalidOption(rank, place('rank'), 'a number above 0 and below 100')
  checkInteger(size, { ...place('size'), min: 1, max: MAX_SIZE })
  const { minimumCalls = Math.min(DEFAULT_MINIMUM, size) } = options
  return new Percentile(
    rank / 100,
    toMilliseconds(initial, { ...place('initial'), infinity: true }),
    checkInteger(minimumCalls, { ...place('minimumCalls'), min: 1, max: size }),
    new LatencyWindow(size),
  )
}

class Percentile implements MeasuredDelay {
  readonly #share: number
  readonly #initial: number
  readonly #minimum: number
  readonly #window: LatencyWindow
  /** Asked for much more often than it changes much; `undefined` after a change. */
  #known: number | undefined

  constructor(share: number, initial: number, minimum: number, window: LatencyWindow) {
    this.#share = share
    this.#initial = initial
    this.#minimum = minimum
    this.#window = window
  }

  get current(): number {
    if (this.#window.count < this.#minimum) return this.#initial
    this.#known ??= this.#window.quantile(this.#share)
    return this.#known
  }

  record(latency: number): void {
    if (this.#window.add(latency)) this.#known = undefined
  }
}
