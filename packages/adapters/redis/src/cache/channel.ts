import { systemClock } from '@base/core/clock'
import { reportCallbackError } from '@base/core/events'
import type { RedisClient } from '../connection/client.js'
import { connect } from '../connection/connect.js'
import { within } from '../connection/within.js'
import type { Subscriber } from './subscriber.js'

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
  #subscribing: Promise<unknown> | undefined

  constructor(subscriber: Subscriber, name: string) {
    this.#subscriber = subscriber
    this.#name = name
  }

  /** Resolves once messages arrive, within a time in milliseconds. Gives what ends it. */
  async join(listener: ChannelListener, timeout: number): Promise<() => Promise<void>> {
    const until = systemClock.monotonic() + timeout
    // Waits until the connection stands, so that nothing is left in a queue of the client's.
    await connect(this.#subscriber.client, 'redisCacheBus').send(['PING'], { timeout })
    const left = Math.max(1, Math.ceil(until - systemClock.monotonic()))
    await within(left, undefined, async (attempt) => {
      attempt.outcome = 'unknown'
      await this.#subscribe()
    })
    const place = { ...listener, hear: listener.hear, missed: listener.missed }
    if (this.#listeners.size === 0) this.#subscriber.client.on('ready', this.#onReady)
    this.#listeners.add(place)
    return () => this.#leave(place, timeout)
  }

  async #subscribe(): Promise<void> {
    this.#subscribing ??= this.#subscriber.subscribe(this.#name, this.#hear)
    try {
      await this.#subscribing
    } catch (error) {
      this.#subscribing = undefined
      throw error
    }
  }

  async #leave(listener: ChannelListener, timeout: number): Promise<void> {
    if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return
    this.#subscribing = undefined
    this.#subscriber.client.off('ready', this.#onReady)
    // Without a connection there is nothing to end, and with nobody who listens nothing to be heard.
    await within(timeout, undefined, async () => this.#subscriber.unsubscribe(this.#name, this.#hear)).catch(
      () => {},
    )
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

function tell(callback: () => void, name: string): void {
  try {
    callback()
  } catch (error) {
    reportCallbackError(error, { package: '@base/redis', pattern: 'redisCacheBus', callback: name })
  }
}
