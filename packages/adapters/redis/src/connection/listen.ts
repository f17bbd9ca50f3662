type Listener = (...args: never[]) => void

interface Emitter {
  on(event: string, listener: Listener): unknown
  off(event: string, listener: Listener): unknown
}

const audiences = new WeakMap<object, Map<string, Audience>>()

/**
 * Listens to an event of a client; gives what ends it. All who listen to one event are one listener of the client, for Node
 * takes more than ten for a leak and says so.
 */
export function listen(client: object, event: string, listener: Listener): () => void {
  const known = audiences.get(client) ?? new Map<string, Audience>()
  audiences.set(client, known)
  const audience = known.get(event) ?? new Audience(client as Emitter, event)
  known.set(event, audience)
  return audience.join(listener)
}

/** Those who listen to one event of a client, which has a listener as long as there are any. */
class Audience {
  readonly #client: Emitter
  readonly #event: string
  readonly #listeners = new Set<Listener>()

  constructor(client: Emitter, event: string) {
    this.#client = client
    this.#event = event
  }

  join(listener: Listener): () => void {
    if (this.#listeners.size === 0) this.#client.on(this.#event, this.#tell)
    this.#listeners.add(listener)
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0)
        this.#client.off(this.#event, this.#tell)
    }
  }

  readonly #tell: Listener = (...args) => {
    for (const listener of [...this.#listeners]) listener(...args)
  }
}
