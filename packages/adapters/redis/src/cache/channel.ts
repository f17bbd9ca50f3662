import { systemClock } from '@base/core/clock'
import { reportCallbackError } from '@base/core/events'
import type { RedisClient } from '../connection/client.js'
import { connect } from '../connection/connect.js'
import { listen } from '../connection/listen.js'
import type { Subscriber } from '../connection/subscriber.js'
import { within } from '../connection/within.js'

/** Who listens to a channel. */
export interface ChannelListener {
  hear(message: string): void
  /** Messages may have been lost. */
  missed(): void
}

const channels = new WeakMap<RedisClient, Map<string, Channel>>()

/** The channel of a client: one for all who listen, for the last of them ends the subscription. */
export function channelOf(subscriber: Subscriber, name: string): Channel {
  const known = channels.get(subscriber.client) ?? new Map<string, Channel>()
  channels.set(subscriber.client, known)
  const channel = known.get(name) ?? new Channel(subscriber, name)
  known.set(name, channel)
  return channel
}

/** One channel, as one client hears it. */
export class Channel {
  readonly #subscriber: Subscriber
  readonly #name: string
  readonly #listeners = new Set<ChannelListener>()
  /** How many are about to listen: whoever leaves meanwhile is not the last. */
  #joining = 0
  #subscribing: Promise<unknown> | undefined
  #endReady: (() => void) | undefined
  #ending: Promise<unknown> = Promise.resolve()

  constructor(subscriber: Subscriber, name: string) {
    this.#subscriber = subscriber
    this.#name = name
  }

  /** Resolves once messages arrive, within a time in milliseconds. Gives what ends it. */
  async join(listener: ChannelListener, timeout: number): Promise<() => Promise<void>> {
    const place = { ...listener, hear: listener.hear, missed: listener.missed }
    this.#joining++
    try {
      await this.#listen(timeout)
      this.#listeners.add(place)
    } finally {
      this.#joining--
      this.#endIfUnheard(timeout)
    }
    return async () => {
      if (this.#listeners.delete(place)) await this.#endIfUnheard(timeout)
    }
  }

  async #listen(timeout: number): Promise<void> {
    const until = systemClock.monotonic() + timeout
    // Waits until the connection stands, so that nothing is left in a queue of the client's.
    await connect(this.#subscriber.client, 'redisCacheBus').send(['PING'], { timeout })
    const left = Math.max(1, Math.ceil(until - systemClock.monotonic()))
    await within(left, undefined, async (attempt) => {
      attempt.outcome = 'unknown'
      await this.#subscribe()
    })
  }

  async #subscribe(): Promise<void> {
    this.#subscribing ??= this.#begin()
    const subscribing = this.#subscribing
    try {
      await subscribing
    } catch (error) {
      if (this.#subscribing === subscribing) this.#forget()
      throw error
    }
  }

  /** After the end of the one before, of which the client may not know yet. */
  #begin(): Promise<unknown> {
    this.#endReady = listen(this.#subscriber.client, 'ready', this.#onReady)
    return this.#ending.then(() => this.#subscriber.subscribe(this.#name, this.#hear))
  }

  #forget(): void {
    this.#subscribing = undefined
    this.#endReady?.()
  }

  async #endIfUnheard(timeout: number): Promise<void> {
    if (this.#subscribing === undefined || this.#joining > 0 || this.#listeners.size > 0) return
    this.#forget()
    // Without a connection there is nothing to end, and with nobody who listens nothing to be heard.
    const end = () =>
      within(timeout, undefined, async () => this.#subscriber.unsubscribe(this.#name, this.#hear))
    this.#ending = this.#ending.then(end).catch(() => {})
    await this.#ending
  }

  readonly #hear = (message: string): void => {
    for (const listener of [...this.#listeners]) tell(() => listener.hear(message), 'a subscriber')
  }

  /** The connection stands again. Only when it listens again as well is nothing more lost. */
  readonly #onReady = (): void => {
    this.#subscriber.subscribe(this.#name, this.#hear).then(
      () => {
        for (const listener of [...this.#listeners]) tell(() => listener.missed(), 'onGap')
      },
      // It has gone once more, and will be ready once more.
      () => {},
    )
  }
}

/** One may be asynchronous: nobody else would catch what it rejects with. */
function tell(callback: () => unknown, name: string): void {
  const report = (error: unknown) =>
    reportCallbackError(error, { package: '@base/redis', pattern: 'redisCacheBus', callback: name })
  try {
    const returned = callback()
    if (returned instanceof Promise) returned.catch(report)
  } catch (error) {
    report(error)
  }
}
