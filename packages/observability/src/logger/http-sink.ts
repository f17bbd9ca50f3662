import type { Clock, Timer } from '@base/core/clock'
import { formatDuration } from '@base/core/duration'
import { TimeoutError } from '@base/core/errors'
import { type Agent, createAgent, type Outcome, post, type Target } from '../http/post.js'
import { BatchLimit } from './batch-limit.js'
import { LineQueue } from './line-queue.js'
import type { LogSink } from './log-sink.js'
import { warnOnce } from './log-warning.js'
import type { ShippingFormat, Strange } from './shipping-format.js'

/** The pause after a failure, and the longest, in milliseconds. */
const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 30_000
/** Of a pause that the collector asks for. */
const LONGEST_REST = 300_000
/** How often a line is sent to which no answer can be read. */
const MOST_UNCLEAR = 5
/** What such an answer is, to people. */
const WHAT = {
  cut: 'an answer that is cut',
  unclear: 'a page in place of an answer, or one for other lines',
} as const

/** The options of an {@link HttpSink}, checked and complete. */
export interface HttpSinkRules {
  readonly target: Target
  readonly format: ShippingFormat
  readonly maxBatch: number
  readonly maxBatchSize: number
  readonly maxPending: number
  readonly interval: number
  readonly timeout: number
  readonly shutdownTimeout: number
  readonly clock: Clock
  readonly random: () => number
}

/** Sends lines in batches, one after the other. See `shippingSink`. */
export class HttpSink implements LogSink {
  readonly #rules: HttpSinkRules
  readonly #agent: Agent
  readonly #queue: LineQueue
  readonly #closing = new AbortController()
  #closed: Promise<void> | undefined
  #dropped = 0
  #isShipping = false
  /** Until the first line has waited long enough. */
  #timer: Timer | undefined
  /** Ends the pause after a failure. */
  #resume: (() => void) | undefined
  /** Lines of a batch at the moment: less after an answer that nobody can read. */
  #batch: number
  /** Lines of a batch whose answer is not too long. */
  readonly #lines: BatchLimit
  /** Bytes of a batch that is not too large. */
  readonly #bytes: BatchLimit
  /** How often the first line was sent alone, and nobody knows what became of it. */
  #unclear = 0
  #pause = FIRST_PAUSE
  /** Why the last batch is to be sent again. */
  #failure: string | undefined

  constructor(rules: HttpSinkRules) {
    this.#rules = rules
    this.#agent = createAgent(rules.target.url)
    this.#queue = new LineQueue(rules.format.prefix)
    this.#batch = rules.maxBatch
    this.#lines = new BatchLimit(rules.maxBatch)
    this.#bytes = new BatchLimit(rules.maxBatchSize)
    process.on('beforeExit', this.#atEnd)
  }

  get dropped(): number {
    return this.#dropped
  }

  get pending(): number {
    return this.#queue.length
  }

  write(line: string): void {
    const { maxPending, maxBatch, maxBatchSize, interval, clock } = this.#rules
    if (this.#closed !== undefined) this.#drop(1, 'they came after its end')
    else if (!this.#queue.add(line, maxPending))
      this.#drop(1, `${maxPending} bytes (maxPending) wait already${this.#lastFailure()}`)
    else if (this.#queue.isFull(maxBatch, maxBatchSize)) this.#ship()
    else this.#timer ??= clock.schedule(interval, () => this.#ship(), { ref: false, name: 'lines to ship' })
  }

  flush(callback?: (error?: Error) => void): void {
    if (this.#queue.length === 0) {
      queueMicrotask(() => callback?.())
      return
    }
    const { clock, shutdownTimeout } = this.#rules
    // Somebody waits for it, so the process must too: a request keeps none alive.
    const timer = clock.schedule(shutdownTimeout, () => {
      forget()
      callback?.(new TimeoutError({ message: 'The lines of the log were not taken in time.' }))
    })
    const forget = this.#queue.whenGone(() => {
      timer.cancel()
      // Not here: what it throws would end the shipping.
      queueMicrotask(() => callback?.())
    })
    this.#ship()
    this.#resume?.()
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    process.off('beforeExit', this.#atEnd)
    await new Promise<void>((resolve) => this.flush(() => resolve()))
    this.#end()
  }

  /** Whatever is left is lost. */
  #end(): void {
    this.#timer?.cancel()
    this.#closing.abort()
    this.#resume?.()
    this.#drop(this.#queue.clear(), this.#untaken())
    this.#agent.destroy()
  }

  /** The process has nothing more to do; it is kept once for what is left. */
  readonly #atEnd = (): void => {
    process.off('beforeExit', this.#atEnd)
    this.flush((error) => {
      if (error === undefined || this.#closed !== undefined) return
      const why = this.#untaken()
      // Said now, for an exit prints nothing; and counted then, for somebody else may keep the process.
      this.#warn(why)
      process.prependOnceListener('exit', () => this.#drop(this.#queue.clear(), why))
    })
  }

  /** Sends what waits, until nothing does; never twice at once. */
  #ship(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#isShipping) return
    void this.#shipAll()
  }

  async #shipAll(): Promise<void> {
    const { signal } = this.#closing
    this.#isShipping = true
    while (this.#queue.length > 0 && !signal.aborted) {
      const batch = this.#queue.first(this.#batch, this.#bytes.value)
      const body = this.#queue.body(batch)
      const outcome = await this.#post(body)
      // What was left was counted.
      if (signal.aborted) return
      const retryAfter = this.#settle(outcome, batch, body.length)
      if (retryAfter !== undefined) await this.#rest(retryAfter)
    }
    this.#isShipping = false
  }

  async #post(body: Uint8Array): Promise<Outcome> {
    const { clock, target, timeout } = this.#rules
    const ended = new AbortController()
    const end = () => ended.abort()
    let isLate = false
    const giveUp = () => {
      isLate = true
      end()
    }
    const timer = clock.schedule(timeout, giveUp, { ref: false, name: 'lines on their way' })
    this.#closing.signal.addEventListener('abort', end, { once: true })
    const outcome = await post(target, body, this.#agent, ended.signal, clock)
    timer.cancel()
    this.#closing.signal.removeEventListener('abort', end)
    if (!isLate || outcome.type !== 'failed') return outcome
    return { type: 'failed', reason: `no answer within ${formatDuration(timeout)} (timeout)` }
  }

  /** Takes away what is done with; for how long to pause, where some of it is to be sent again. */
  #settle(outcome: Outcome, batch: number, size: number): number | undefined {
    this.#failure = outcome.type === 'failed' ? outcome.reason : undefined
    if (outcome.type !== 'sent') this.#restart()
    if (outcome.type === 'failed') return outcome.retryAfter ?? this.#nextPause()
    if (outcome.type === 'refused') {
      this.#unclear = 0
      const isTooLarge = outcome.status === 413
      // So it is again, but for a line that is so alone.
      if (isTooLarge && batch > 1) this.#bytes.lower(size)
      else {
        if (isTooLarge) this.#tryAll()
        this.#drop(this.#queue.remove(batch), `it refuses them with ${outcome.reason}`)
      }
      return undefined
    }
    const taken = this.#rules.format.outcomesOf(outcome.answer, batch)
    if (taken === 'cut' || taken === 'unclear') return this.#sendAgain(taken, batch)
    this.#unclear = 0
    this.#grow(batch, size)
    if (taken === 'foreign') this.#tellForeign()
    const known = taken === 'foreign' ? [] : taken
    const removed = this.#queue.remove(batch, (index) => known[index] === 'later')
    this.#drop(known.filter((each) => each === 'refused').length, 'it refused single lines of a bulk request')
    if (removed < batch) {
      this.#failure = 'single lines were not taken'
      return this.#nextPause()
    }
    this.#pause = FIRST_PAUSE
    return undefined
  }

  /** Fewer lines have a shorter answer, which is not cut; one that is alone is not waited for for ever. */
  #sendAgain(answer: Exclude<Strange, 'foreign'>, batch: number): number | undefined {
    this.#failure = WHAT[answer]
    this.#batch = Math.ceil(batch / 2)
    if (batch > 1) {
      if (answer === 'cut') this.#lines.lower(batch)
      this.#restart()
      return this.#nextPause()
    }
    this.#tryAll()
    this.#unclear += 1
    if (this.#unclear < MOST_UNCLEAR) return this.#nextPause()
    this.#unclear = 0
    this.#pause = FIRST_PAUSE
    this.#drop(this.#queue.remove(1), `${MOST_UNCLEAR} requests with one line each had ${WHAT[answer]}`)
    return undefined
  }

  /** It was not for the size of the batch. */
  #tryAll(): void {
    this.#lines.reset()
    this.#bytes.reset()
  }

  #restart(): void {
    this.#lines.restart()
    this.#bytes.restart()
  }

  /** What wanted smaller batches may do so no more. */
  #grow(batch: number, size: number): void {
    if (batch === this.#lines.value) this.#lines.raise()
    // The line that would fit no more may be nearly as large.
    if (size > this.#bytes.value / 2) this.#bytes.raise()
    this.#batch = Math.min(this.#batch * 2, this.#lines.value)
  }

  #nextPause(): number {
    const pause = this.#pause
    this.#pause = Math.min(pause * 2, LONGEST_PAUSE)
    // Services that lost their collector at once do not come back at once.
    return pause * (0.5 + chanceOf(this.#rules.random) / 2)
  }

  #rest(pause: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        timer.cancel()
        this.#resume = undefined
        resolve()
      }
      const rest = Math.round(Math.min(pause, LONGEST_REST))
      const timer = this.#rules.clock.schedule(rest, end, { ref: false, name: 'lines to ship again' })
      this.#resume = end
    })
  }

  #tellForeign(): void {
    warnOnce(
      this.#rules,
      `${this.#rules.target.url.origin} answers as no bulk API: whether it takes each line of the log is not known. For what takes a line each there is format: 'ndjson'.`,
    )
  }

  #lastFailure(): string {
    return this.#failure === undefined ? '' : `; last of all: ${this.#failure}`
  }

  #drop(lines: number, why: string): void {
    if (lines === 0) return
    this.#dropped += lines
    this.#warn(why)
  }

  #warn(why: string): void {
    warnOnce(this, `Lines of the log for ${this.#rules.target.url.origin} are lost: ${why}.`)
  }

  #untaken(): string {
    const patience = formatDuration(this.#rules.shutdownTimeout)
    return `they were not taken within ${patience} (shutdownTimeout)${this.#lastFailure()}`
  }
}

/** None where the source throws, or gives what is no chance: lines would never be sent again. */
function chanceOf(random: () => number): number {
  try {
    const chance = random()
    return chance >= 0 && chance < 1 ? chance : 0
  } catch {
    return 0
  }
}
