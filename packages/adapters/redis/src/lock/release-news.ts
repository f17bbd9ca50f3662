import type { RedisClient } from '../connection/client.js'
import type { Subscriber } from '../connection/subscriber.js'

/** Hears, on a client of its own, which keys are given back in other processes; from the first wait until that client closes. */
export class ReleaseNews {
  readonly #subscriber: Subscriber
  readonly #channel: string
  readonly #onRelease: (key: string) => void
  #state: 'deaf' | 'asking' | 'hearing' = 'deaf'

  constructor(subscriber: Subscriber, channel: string, onRelease: (key: string) => void) {
    this.#subscriber = subscriber
    this.#channel = channel
    this.#onRelease = onRelease
  }

  /** Whether a release would be heard now. */
  get isHeard(): boolean {
    return this.#state === 'hearing' && isReady(this.#subscriber.client)
  }

  /** Begins to listen, unless it has; the clients themselves do so again after a break. */
  listen(): void {
    if (this.#state !== 'deaf') return
    this.#state = 'asking'
    this.#subscriber.subscribe(this.#channel, this.#onRelease).then(
      () => {
        this.#state = 'hearing'
      },
      () => {
        this.#state = 'deaf'
      },
    )
  }
}

function isReady(client: RedisClient): boolean {
  return 'status' in client ? client.status === 'ready' : client.isOpen && client.isReady !== false
}
