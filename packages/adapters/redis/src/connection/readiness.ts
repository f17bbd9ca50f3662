/** What tells when a client's connection stands. */
export interface Emitter {
  on(event: string, listener: () => void): unknown
  off(event: string, listener: () => void): unknown
}

/** Those who wait for one client's connection. It listens only while somebody waits. */
export class Readiness {
  readonly #client: Emitter
  readonly #waiting = new Set<() => void>()

  constructor(client: Emitter) {
    this.#client = client
  }

  /** Calls `resume` when the client's connection may stand or has ended; gives what takes it back. */
  wait(resume: () => void): () => void {
    if (this.#waiting.size === 0) for (const event of EVENTS) this.#client.on(event, this.#tell)
    this.#waiting.add(resume)
    return () => {
      if (this.#waiting.delete(resume) && this.#waiting.size === 0) this.#leave()
    }
  }

  readonly #tell = () => {
    const all = [...this.#waiting]
    this.#waiting.clear()
    this.#leave()
    for (const resume of all) resume()
  }

  #leave(): void {
    for (const event of EVENTS) this.#client.off(event, this.#tell)
  }
}

/** A cluster of node-redis is ready at `connect`, and over at `disconnect`. */
const EVENTS = ['ready', 'connect', 'end', 'disconnect'] as const
