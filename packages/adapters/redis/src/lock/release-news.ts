import type { RedisClient } from '../connection/client.js'
import { listen } from '../connection/listen.js'
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

  /** Begins to listen, unless it has. What ioredis 5 is told while it connects, it writes too early, and forgets. */
  listen(): void {
    if (this.#state !== 'deaf' || isConnecting(this.#subscriber.client)) return
    this.#state = 'asking'
    this.#subscriber.subscribe(this.#channel, this.#onRelease).then(
      () => {
        this.#state = 'hearing'
        // One that has reconnected may have lost what it listened to.
        const end = listen(this.#subscriber.client, 'ready', () => {
          end()
          this.#state = 'deaf'
        })
      },
      () => {
        this.#state = 'deaf'
      },
    )
  }
}

/** One of `lazyConnect` begins to connect with the first that it is told. */
function isConnecting(client: RedisClient): boolean {
  return !isReady(client) && !('status' in client && client.status === 'wait')
}

function isReady(client: RedisClient): boolean {
  return 'status' in client ? client.status === 'ready' : client.isOpen && client.isReady !== false
}
