/** A latency may be half as long again as usual before the limit falls. */
const TOLERANCE = 1.5
/** One measurement takes away at most this share of the limit, before smoothing. */
const STEEPEST = 0.5
/** How much of each measurement goes into the limit. */
const SMOOTHING = 0.2
/** How many calls may queue at the dependency: what makes the limit grow while latency is as usual. */
const QUEUE = 4
/** The usual latency is an average of about so many measurements; of the first few a plain one. */
const LONG_WINDOW = 600
const WARM_UP = 10
const WEIGHT = 2 / (LONG_WINDOW + 1)
/** The usual latency is this much too long where it is more than twice the present one: the dependency has recovered. */
const RECOVERED = 2
const DECAY = 0.95
/** A measurement is the mean of at least so many calls. */
const FEWEST = 10

/**
 * How many calls may run at once, by how their latency compares with what is usual: Netflix's Gradient2.
 *
 * With each measurement: gradient = 1.5 × usual / latency, within 0.5 and 1; limit = 0.8 × limit + 0.2 × (limit × gradient
 * + 4). So it grows by 0.8 while latency is within 1.5 times the usual, and falls by at most a tenth; where latency stays
 * much too long, it comes to rest at 4 / (1 − gradient), which is 8 at the steepest. The usual latency is an exponential
 * average over 600 measurements, and forgets fast once calls are twice as quick. It learns nothing for the limit while
 * less than half of it is in use.
 *
 * One departure: its source measures by the second, or each call. Here a measurement is the mean of as many calls as the
 * limit, which is one round trip, and of ten at least. Each call on its own is too noisy (with exponential latencies the
 * limit stays at a third of the capacity), and is an answer to a limit that has changed since: the limit swings.
 *
 * @see Netflix, concurrency-limits, Gradient2Limit and WindowedLimit
 */
export class Gradient {
  /** May have decimals; never outside of the bounds. */
  limit: number
  readonly #min: number
  readonly #max: number
  #usual = 0
  #measured = 0
  /** Of the measurement under way. */
  #sum = 0
  #calls = 0
  #whole = 0
  #wholeCalls = 0
  #running = 0

  constructor(initial: number, min: number, max: number) {
    this.limit = initial
    this.#min = min
    this.#max = max
  }

  /**
   * A call took so long, and began as one of `running`. A latency of 0 says nothing: the clock was too coarse. One that
   * was cut off would have taken longer: it says something once that is too long already, and nothing of what is usual.
   */
  add(latency: number, running: number, isCut = false): void {
    if (!(latency > 0 && latency < Number.POSITIVE_INFINITY)) return
    if (isCut && !this.#isSlow(latency)) return
    this.#sum += latency
    this.#calls++
    if (!isCut) {
      this.#whole += latency
      this.#wholeCalls++
    }
    this.#running = Math.max(this.#running, running)
    if (this.#calls < Math.max(FEWEST, Math.floor(this.limit))) return
    this.#measure(this.#sum / this.#calls, this.#running)
    this.#sum = 0
    this.#calls = 0
    this.#whole = 0
    this.#wholeCalls = 0
    this.#running = 0
  }

  #measure(latency: number, running: number): void {
    const usual = this.#wholeCalls === 0 ? this.#usual : this.#learn(this.#whole / this.#wholeCalls)
    if (running < this.limit / 2) return
    const gradient = Math.max(STEEPEST, Math.min(1, (TOLERANCE * usual) / latency))
    const limit = (1 - SMOOTHING) * this.limit + SMOOTHING * (this.limit * gradient + QUEUE)
    // Where some were cut off, it is slower than that by nobody knows how much.
    const most = gradient < 1 && this.#wholeCalls < this.#calls ? this.limit : this.#max
    this.limit = Math.max(this.#min, Math.min(most, limit))
  }

  /** Nothing is, while nothing is usual. */
  #isSlow(latency: number): boolean {
    return this.#measured > 0 && latency > TOLERANCE * this.#usual
  }

  /** What is usual with this one. */
  #learn(latency: number): number {
    if (this.#measured < WARM_UP) {
      this.#measured++
      this.#usual += (latency - this.#usual) / this.#measured
    } else this.#usual += (latency - this.#usual) * WEIGHT
    const usual = this.#usual
    // As its source has it, this measurement is still judged by the average before.
    if (usual / latency > RECOVERED) this.#usual *= DECAY
    return usual
  }
}
