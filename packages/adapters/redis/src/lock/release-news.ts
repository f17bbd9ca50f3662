import type { IoredisClient, NodeRedisClient, RedisClient } from '../connection/client.js'

/** What ioredis has for subscriptions. */
interface IoredisSubscriber extends IoredisClient {
  subscribe(channel: string): Promise<unknown>
  on(event: string, listener: (channel: string, message: string) => void): unknown
}

/** What node-redis has for subscriptions. */
interface NodeRedisSubscriber extends NodeRedisClient {
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>
}

/** Hears, on a client of its own, which keys are given back in other processes; from the first wait until that client closes. */
export class ReleaseNews {
  readonly #subscriber: RedisClient
  readonly #channel: string
  readonly #onRelease: (key: string) => void
  #state: 'deaf' | 'asking' | 'hearing' = 'deaf'

  constructor(subscriber: RedisClient, channel: string, onRelease: (key: string) => void) {
    this.#subscriber = subscriber
    this.#channel = channel
    this.#onRelease = onRelease
  }

  /** Whether a release would be heard now. */
  get isHeard(): boolean {
    return this.#state === 'hearing' && isReady(this.#subscriber)
  }

  /** Begins to listen, unless it has; the clients themselves do so again after a break. */
  listen(): void {
    if (this.#state !== 'deaf') return
    this.#state = 'asking'
    subscribe(this.#subscriber, this.#channel, this.#onRelease).then(
      () => {
        this.#state = 'hearing'
      },
      () => {
        this.#state = 'deaf'
      },
    )
  }
}

async function subscribe(
  client: RedisClient,
  channel: string,
  hear: (message: string) => void,
): Promise<void> {
  if (!('status' in client)) {
    await (client as NodeRedisSubscriber).subscribe(channel, hear)
    return
  }
  const subscriber = client as IoredisSubscriber
  await subscriber.subscribe(channel)
  subscriber.on('message', (from, message) => {
    if (from === channel) hear(message)
  })
}

function isReady(client: RedisClient): boolean {
  return 'status' in client ? client.status === 'ready' : client.isOpen && client.isReady !== false
}
