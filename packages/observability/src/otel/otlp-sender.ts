import { systemClock } from '@base/core/clock'
import { diag } from '@opentelemetry/api'
import { type Agent, createAgent, type Outcome, post } from '../http/post.js'
import type { OtlpSettings } from './otlp-settings.js'

/** The most batches under way; what comes beyond is thrown away, so that memory is bounded. */
const MAX_BATCHES = 8
/** The pause before the second attempt, and the longest, in milliseconds. */
const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 5_000

/**
 * Sends batches to a collector behind the back of whoever hands them over: nothing waits for it, nothing it does throws, and
 * none of its timers or connections keeps the process alive.
 */
export class OtlpSender {
  readonly #settings: OtlpSettings
  readonly #agent: Agent
  readonly #underWay = new Set<Promise<void>>()
  readonly #closing = new AbortController()
  #dropped = 0
  #hasWarned = false

  constructor(settings: OtlpSettings) {
    this.#settings = settings
    this.#agent = createAgent(settings.url)
  }

  /** Batches that were thrown away. */
  get dropped(): number {
    return this.#dropped
  }

  /** Takes a batch, and returns at once. */
  send(body: Uint8Array): void {
    if (this.#closing.signal.aborted) return
    if (this.#underWay.size >= MAX_BATCHES) {
      this.#drop(`${MAX_BATCHES} batches are under way`)
      return
    }
    const delivery = this.#deliver(body).then(() => {
      this.#underWay.delete(delivery)
    })
    this.#underWay.add(delivery)
  }

  /** Resolves once the batches that are under way now have been sent or thrown away. */
  async drain(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  /** Gives up what is under way, and closes all connections. */
  close(): void {
    this.#closing.abort()
    this.#agent.destroy()
  }

  async #deliver(body: Uint8Array): Promise<void> {
    const ended = new AbortController()
    const end = () => ended.abort()
    const timer = systemClock.schedule(this.#settings.timeout, end, { ref: false, name: 'OTLP batch' })
    this.#closing.signal.addEventListener('abort', end, { once: true })
    const outcome = await this.#attempt(body, ended.signal)
    timer.cancel()
    this.#closing.signal.removeEventListener('abort', end)
    if (outcome.type !== 'sent') this.#drop(outcome.reason)
  }

  async #attempt(body: Uint8Array, signal: AbortSignal): Promise<Outcome> {
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE)) {
      const outcome = await post(this.#settings, body, this.#agent, signal)
      if (outcome.type !== 'failed' || signal.aborted) return outcome
      // Services that lost their collector at once do not come back at once.
      const spread = pause * (0.8 + Math.random() * 0.4)
      await this.#rest(Math.round(Math.min(outcome.retryAfter ?? spread, this.#settings.timeout)), signal)
      if (signal.aborted) return outcome
    }
  }

  #rest(pause: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        timer.cancel()
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = systemClock.schedule(pause, end, { ref: false, name: 'OTLP attempt' })
      signal.addEventListener('abort', end)
    })
  }

  #drop(reason: string): void {
    this.#dropped++
    const message = `Telemetry for ${this.#settings.url.origin} was thrown away: ${reason}.`
    diag.warn(`@base/observability: ${message}`)
    if (this.#hasWarned) return
    this.#hasWarned = true
    process.emitWarning(`${message} No more is told of it.`, 'OpenTelemetryWarning')
  }
}
